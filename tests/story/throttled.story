# A destination that says "slower" and fails, and then recovers: one record, delivered once.
project ../sim/project
at 09:00 file data/contacts.csv
  customer_id,email,first_name,last_name,company_domain,marketing_consent,updated_at
  u1,ada@mail.example,Ada,Adams,adams.example,yes,2025-12-01T10:00:00Z
at 10:00 send web {"type":"track","event":"Order Completed","userId":"u1","properties":{"order_id":"o1","total":10}}
at 10:04 standin hubspot answers 429 2 times
at 10:05 run
expect requests hubspot upsert 3
expect step sync:hubspot_buyers sent 1 ok 1

at 11:00 send web {"type":"track","event":"Order Completed","userId":"u1","properties":{"order_id":"o2","total":5}}
at 11:04 standin hubspot answers 403 1 times
at 11:05 run
expect run failed
at 11:30 run
expect records hubspot
  ada@mail.example: email=ada@mail.example firstname=Ada lastname=Adams lifetime_value=15.0 work_email=ada.adams@adams.example
