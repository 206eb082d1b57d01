select profile_id, email from ref('profiles')
