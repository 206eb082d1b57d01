-- Spent a lot once, silent for half a year. "Today" is the last day that the data knows, because the purchases
-- are history: with the wall clock everybody would have lapsed decades ago.
select t.profile_id, t.lifetime_value, t.order_count, t.last_order_at
from ref('lifetime_value') as t
where t.lifetime_value >= 200
  and t.last_order_at < (select max(ordered_at) from ref('orders')) - interval '180 days'
