select profile_id, sum(total) as value from REF ( 'orders' ) group by profile_id
