select sum(total) as total from source('web', 'Order Completed')
