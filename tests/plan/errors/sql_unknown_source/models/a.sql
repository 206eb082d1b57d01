select * from source('shop', 'Order Completed')
