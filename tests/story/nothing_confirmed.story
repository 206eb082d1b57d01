# Something answers for the destination and proves nothing, in five tries and when it is read back: the run is not
# green, and the next one delivers.
project ../sim/project
at 09:00 file data/contacts.csv
  customer_id,email,first_name,last_name,company_domain,marketing_consent,updated_at
  u1,ada@mail.example,Ada,Adams,adams.example,yes,2025-12-01T10:00:00Z
at 10:00 send web {"type":"track","event":"Order Completed","userId":"u1","properties":{"order_id":"o1","total":10}}
at 10:04 standin hubspot answers 204 6 times
at 10:05 run
expect run failed
expect records hubspot
  (none)
expect table "select state, count(*) from rondo.deliveries where sync = 'hubspot_buyers' group by state"
  unknown | 1

at 10:30 run
expect step sync:hubspot_buyers ok 1
expect records hubspot
  ada@mail.example: email=ada@mail.example firstname=Ada lastname=Adams lifetime_value=10.0
