-- First order within the first three months that the data knows; exactly one order so far.
select t.profile_id, t.lifetime_value, t.first_order_at
from ref('lifetime_value') as t
where t.order_count = 1
  and t.first_order_at >= (select max(first_order_at) from ref('lifetime_value')) - interval '14 days'
