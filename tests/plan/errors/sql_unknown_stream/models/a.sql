select * from source('web', 'Order Complete')
