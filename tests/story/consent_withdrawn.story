# Somebody takes back their consent: at the next run they are gone from where marketing had put them,
# and stay where a contract needs them.
project ../sim/project
at 09:00 file data/contacts.csv
  customer_id,email,first_name,last_name,company_domain,marketing_consent,updated_at
  u1,ada@mail.example,Ada,Adams,adams.example,yes,2025-12-01T10:00:00Z
  u2,ben@mail.example,Ben,Brown,brown.example,yes,2025-12-01T10:00:00Z
at 10:00 send web {"type":"track","event":"Order Completed","userId":"u1","properties":{"order_id":"o1","total":10}}
at 10:00 send web {"type":"track","event":"Order Completed","userId":"u2","properties":{"order_id":"o2","total":20}}
at 10:05 run
expect records hubspot
  ada@mail.example: email=ada@mail.example firstname=Ada lastname=Adams lifetime_value=10.0
  ben@mail.example: email=ben@mail.example firstname=Ben lastname=Brown lifetime_value=20.0

at 11:00 send web {"type":"track","event":"Product Viewed","userId":"u1","properties":{"product_id":"s1"},"context":{"consent":{"categoryPreferences":{"Marketing":false}}}}
at 11:05 run
expect step sync:hubspot_buyers sent 1 removed 1 blocked 1
expect records hubspot
  ben@mail.example: email=ben@mail.example firstname=Ben lastname=Brown lifetime_value=20.0
expect table "select key, reason_code from rondo.blocked where sync = 'hubspot_buyers'"
  ada@mail.example | consent_withdrawn
expect records webhook
  u1: name=Ada value=10.0
  u2: name=Ben value=20.0
