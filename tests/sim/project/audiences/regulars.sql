-- Worth a bought address.
select profile_id, lifetime_value from ref('lifetime_value') where order_count >= 2
