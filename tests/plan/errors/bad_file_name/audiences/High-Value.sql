select profile_id from ref('profiles')
