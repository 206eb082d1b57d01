-- The best of the lapsed: worth a bought address.
select profile_id, lifetime_value
from ref('lapsed_big_spenders')
where lifetime_value >= 500
