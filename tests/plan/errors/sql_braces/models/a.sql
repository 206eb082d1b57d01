select * from {{ ref('buyers') }}
