select profile_id,
from ref('profiles')
where where true
