select * from ref('a')
