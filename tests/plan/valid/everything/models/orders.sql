-- it's one row per order; 'ref(''nothing'')' in text is left alone
select e.order_id, e.total, i.profile_id, $$ref('nothing')$$ as note
from source('web', 'Order Completed') as e /* ref('nothing') */
join ref('identifiers') as i on i.type = e.identifier_type and i.value = e.identifier_value;
