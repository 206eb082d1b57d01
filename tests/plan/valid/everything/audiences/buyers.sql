with v as (select * from ref('value'))
select p.profile_id, v.value from ref('profiles') p join v using (profile_id)
