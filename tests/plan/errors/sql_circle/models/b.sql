select * from ref('c')
