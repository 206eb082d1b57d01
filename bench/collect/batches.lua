-- Batches of ten events of about 540 bytes, each with a message id of its own: for wrk.
local events_of_batch = 10
local before = '{"timestamp":"2026-01-01T00:00:00.000Z","integrations":{},"userId":"user-0123456789",' ..
  '"anonymousId":"507f191e-810c-4972-9de8-60ea00000000","type":"track","event":"Order Completed",' ..
  '"properties":{"order_id":"o-00012345","total":129.95,"currency":"EUR","quantity":3,"coupon":null,' ..
  '"products":[{"product_id":"p-1","price":39.95,"quantity":2},{"product_id":"p-2","price":50.05}]},' ..
  '"context":{"library":{"name":"@segment/analytics-node","version":"3.1.0"},"locale":"de-DE"},"messageId":"'
local after = '","_metadata":{"nodeVersion":"18.20.4","jsRuntime":"node"}}'
local thread_count = 0

function setup(thread)
  thread:set("thread_number", thread_count)
  thread_count = thread_count + 1
end

function init()
  math.randomseed(os.time() + thread_number)
  prefix = string.format("%08x-%02d-", math.random(0, 0x7fffffff), thread_number)
  number = 0
  local id_bytes = #prefix + 12
  local body_bytes = #'{"batch":[' + #'],"writeKey":"bench","sentAt":"2026-01-01T00:00:00.120Z"}' +
    events_of_batch * (#before + id_bytes + #after) + events_of_batch - 1
  head = "POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic YmVuY2g6\r\n" ..
    "Content-Type: application/json\r\nContent-Length: " .. body_bytes .. '\r\n\r\n{"batch":['
  parts = {}
end

function request()
  parts[1] = head
  local at = 2
  for i = 1, events_of_batch do
    number = number + 1
    parts[at] = i == 1 and before or ("," .. before)
    parts[at + 1] = prefix
    parts[at + 2] = string.format("%012d", number)
    parts[at + 3] = after
    at = at + 4
  end
  parts[at] = '],"writeKey":"bench","sentAt":"2026-01-01T00:00:00.120Z"}'
  return table.concat(parts)
end

function done(summary, latency, requests)
  local failed = summary.errors.status + summary.errors.connect + summary.errors.read +
    summary.errors.write + summary.errors.timeout
  io.write(string.format("RESULT %.0f %.2f %.2f %d\n",
    summary.requests * events_of_batch / (summary.duration / 1e6),
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, failed))
end
