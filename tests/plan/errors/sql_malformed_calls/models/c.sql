select * from ref('buyers', 'x')
