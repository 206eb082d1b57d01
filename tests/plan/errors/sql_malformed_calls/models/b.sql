select * from source('web')
