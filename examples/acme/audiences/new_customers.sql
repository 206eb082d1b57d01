-- Joined in the last two weeks of the cohort (first orders end on 1997-03-25) and ordered once so far.
select t.profile_id, t.lifetime_value, t.first_order_at
from ref('lifetime_value') as t
where t.order_count = 1
  and t.first_order_at >= timestamp '1997-03-11 00:00:00'
