-- One row per order, with the person it belongs to today.
select i.profile_id, o.order_id, o.occurred_at as ordered_at, o.total
from source('web', 'Order Completed') as o
join ref('identifiers') as i on i.type = o.identifier_type and i.value = o.identifier_value
