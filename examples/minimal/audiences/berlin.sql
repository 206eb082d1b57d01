-- Everybody who lives in Berlin.
select i.profile_id, max(p.city) as city
from source('people', 'list') as p
join ref('identifiers') as i on i.type = 'email' and i.value = lower(trim(p.email))
where p.city = 'Berlin'
group by i.profile_id
