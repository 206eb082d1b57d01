select profile_id, uper(email) as mail
from ref('profiles')
