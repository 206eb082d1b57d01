select profile_id,
  emial
from ref('profiles')
