select profile_id, lifetime_value from ref('lifetime_value') where order_count >= 1
