# A visitor buys without a login, and logs in later: two profiles become one, and so do the records.
project ../sim/project
at 09:00 file data/contacts.csv
  customer_id,email,first_name,last_name,company_domain,marketing_consent,updated_at
  u1,ada@mail.example,Ada,Adams,adams.example,yes,2025-12-01T10:00:00Z
at 10:00 send web {"type":"track","event":"Order Completed","userId":"u1","properties":{"order_id":"o1","total":10}}
at 10:01 send web {"type":"track","event":"Order Completed","anonymousId":"visitor","properties":{"order_id":"o2","total":5}}
at 10:05 run
expect table "select lifetime_value from traits.lifetime_value order by 1"
  5.0
  10.0
expect records webhook
  u1: name=Ada value=10.0

at 11:00 send web {"type":"identify","anonymousId":"visitor","userId":"u1","traits":{"email":"ada@mail.example"}}
at 11:05 run
expect table "select lifetime_value from traits.lifetime_value"
  15.0
expect table "select count(*) from rondo.profile_index where merged_into is not null"
  1
expect records webhook
  u1: name=Ada value=15.0
expect step sync:till_buyers sent 1
