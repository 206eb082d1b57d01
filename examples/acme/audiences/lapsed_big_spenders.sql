-- Spent a lot once, then silent for half a year. The purchases are history (they end on 1998-06-30), so the
-- day to look from is written down: with the wall clock everybody would have lapsed decades ago.
-- Whoever buys again leaves the audience.
select t.profile_id, t.lifetime_value, t.order_count, t.last_order_at
from ref('lifetime_value') as t
where t.lifetime_value >= 200
  and t.last_order_at < timestamp '1998-01-01 00:00:00'
