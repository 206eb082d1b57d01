select * from ref('b')
