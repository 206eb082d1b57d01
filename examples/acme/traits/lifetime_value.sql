select
  profile_id,
  round(sum(total), 2) as lifetime_value,
  count(*) as order_count,
  min(ordered_at) as first_order_at,
  max(ordered_at) as last_order_at
from ref('orders')
group by profile_id
