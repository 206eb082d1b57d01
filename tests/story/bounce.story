# A hard bounce: the address is suppressed, and its owner removed, for marketing only.
project ../sim/project
at 09:00 file data/contacts.csv
  customer_id,email,first_name,last_name,company_domain,marketing_consent,updated_at
  u1,ada@mail.example,Ada,Adams,adams.example,yes,2025-12-01T10:00:00Z
at 10:00 send web {"type":"track","event":"Order Completed","userId":"u1","properties":{"order_id":"o1","total":10}}
at 10:05 run
expect requests hubspot upsert 1
at 11:00 send esp {"type":"track","event":"Email Bounced","anonymousId":"x","properties":{"email":"Ada@Mail.example","kind":"hard"}}
at 11:05 run
expect table "select identifier_type, identifier_value, purpose from rondo.suppressions"
  email | ada@mail.example | marketing
expect records hubspot
  (none)
expect file out/buyers.csv
  customer_id,email,lifetime_value
  u1,ada@mail.example,10.0
at 11:30 run
expect step sync:hubspot_buyers sent 0
