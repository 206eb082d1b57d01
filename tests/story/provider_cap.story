# Eight regulars and 30 cents a run: nobody is asked about beyond the cap, the rest waits for the
# next run, and no question is asked twice.
project ../sim/project
at 09:00 file data/contacts.csv
  customer_id,email,first_name,last_name,company_domain,marketing_consent,updated_at
  u1,p1@mail.example,First1,Last1,firm1.example,yes,2025-12-01T10:00:00Z
  u2,p2@mail.example,First2,Last2,firm2.example,yes,2025-12-01T10:00:00Z
  u3,p3@mail.example,First3,Last3,firm3.example,yes,2025-12-01T10:00:00Z
  u4,p4@mail.example,First4,Last4,firm4.example,yes,2025-12-01T10:00:00Z
  u5,p5@mail.example,First5,Last5,firm5.example,yes,2025-12-01T10:00:00Z
  u6,p6@mail.example,First6,Last6,firm6.example,yes,2025-12-01T10:00:00Z
  u7,p7@mail.example,First7,Last7,firm7.example,yes,2025-12-01T10:00:00Z
  u8,p8@mail.example,First8,Last8,firm8.example,yes,2025-12-01T10:00:00Z
at 10:00 send web {"type":"track","event":"Order Completed","userId":"u1","properties":{"order_id":"o1a","total":1}}
at 10:00 send web {"type":"track","event":"Order Completed","userId":"u1","properties":{"order_id":"o1b","total":1}}
at 10:00 send web {"type":"track","event":"Order Completed","userId":"u2","properties":{"order_id":"o2a","total":1}}
at 10:00 send web {"type":"track","event":"Order Completed","userId":"u2","properties":{"order_id":"o2b","total":1}}
at 10:00 send web {"type":"track","event":"Order Completed","userId":"u3","properties":{"order_id":"o3a","total":1}}
at 10:00 send web {"type":"track","event":"Order Completed","userId":"u3","properties":{"order_id":"o3b","total":1}}
at 10:00 send web {"type":"track","event":"Order Completed","userId":"u4","properties":{"order_id":"o4a","total":1}}
at 10:00 send web {"type":"track","event":"Order Completed","userId":"u4","properties":{"order_id":"o4b","total":1}}
at 10:00 send web {"type":"track","event":"Order Completed","userId":"u5","properties":{"order_id":"o5a","total":1}}
at 10:00 send web {"type":"track","event":"Order Completed","userId":"u5","properties":{"order_id":"o5b","total":1}}
at 10:00 send web {"type":"track","event":"Order Completed","userId":"u6","properties":{"order_id":"o6a","total":1}}
at 10:00 send web {"type":"track","event":"Order Completed","userId":"u6","properties":{"order_id":"o6b","total":1}}
at 10:00 send web {"type":"track","event":"Order Completed","userId":"u7","properties":{"order_id":"o7a","total":1}}
at 10:00 send web {"type":"track","event":"Order Completed","userId":"u7","properties":{"order_id":"o7b","total":1}}
at 10:00 send web {"type":"track","event":"Order Completed","userId":"u8","properties":{"order_id":"o8a","total":1}}
at 10:00 send web {"type":"track","event":"Order Completed","userId":"u8","properties":{"order_id":"o8b","total":1}}
at 10:05 run
expect table "select sum(cost_micros) <= 300000 as within_the_cap from rondo.enrichments"
  true
at 10:10 run
at 10:15 run
at 10:20 run
expect step enrichment:work_email asked 0
expect table "select count(distinct profile_id) from rondo.enrichments"
  8
expect table "select provider, profile_id from rondo.enrichments group by all having count(*) > 1"
  (none)
