select profile_id as profil_id, 1 as one from ref('profiles')
