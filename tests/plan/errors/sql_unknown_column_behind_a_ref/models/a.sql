select p.profile_id from ref('profiles') as p join ref('identifiers') as i on i.profil_id = p.profile_id
