select *
from ref('a')
