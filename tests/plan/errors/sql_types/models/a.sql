select sum(order_id) as s
from source('web', 'Order Completed')
