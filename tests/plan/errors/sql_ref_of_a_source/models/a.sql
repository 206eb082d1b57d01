select * from ref('web')
