# The power goes off when HubSpot and the till have been told, and their answers are not seen yet:
# the next run finds out, and nothing is told twice.
project ../sim/project
at 09:00 file data/contacts.csv
  customer_id,email,first_name,last_name,company_domain,marketing_consent,updated_at
  u1,ada@mail.example,Ada,Adams,adams.example,yes,2025-12-01T10:00:00Z
at 10:00 send web {"type":"track","event":"Order Completed","userId":"u1","properties":{"order_id":"o1","total":10}}
at 10:04 crash after request 1 to hubspot
at 10:05 run
expect run cut
at 10:06 crash after request 1 to webhook
at 10:07 run
expect run cut
at 10:10 run
expect records hubspot
  ada@mail.example: email=ada@mail.example firstname=Ada lastname=Adams lifetime_value=10.0
expect records webhook
  u1: name=Ada value=10.0
expect table "select sync, state, count(*) from rondo.deliveries group by all order by all"
  finance_buyers | ok | 1
  hubspot_buyers | ok | 1
  hubspot_buyers | unknown | 1
  till_buyers | ok | 1
at 10:15 run
expect step sync:till_buyers sent 0 unchanged 1
expect step sync:hubspot_buyers sent 0 unchanged 1
