select profile_id, round(sum(total), 2) as lifetime_value, count(*) as order_count
from ref('orders')
group by profile_id
