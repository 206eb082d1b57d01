select *
from ref('byers')
