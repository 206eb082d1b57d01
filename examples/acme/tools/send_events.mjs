// Sends the CDNOW history through the real Segment SDK: a page that an anonymous visitor looked at,
// the moment they said who they are, and every order. Message ids follow from the data, so sending
// twice changes nothing.
//
// usage: send_events.mjs COLLECTOR_URL CDNOW_master.txt [CUSTOMERS]   write key in RONDO_WEB_KEY
// usage: send_events.mjs --messages COLLECTOR_URL KEY_VARIABLE FILE.json
//        any calls; the write key is in the environment variable KEY_VARIABLE
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(process.env.RONDO_NODE_MODULES + '/');
const { Analytics } = require('@segment/analytics-node');

const in_flight_max = 4000; // messages waiting for their acknowledgement
const visitors_only = 1000; // sessions that never become customers

function client(url, writeKey) {
  return new Analytics({
    writeKey,
    host: url,
    flushAt: 500,
    flushInterval: 250,
    maxRetries: 20,
    httpRequestTimeout: 30000,
  });
}

// Resolves when every message was acknowledged or given up; says how many of each.
class Sender {
  constructor(url, writeKey) {
    this.clients = [client(url, writeKey), client(url, writeKey)];
    for (const one of this.clients)
      one.on('error', (error) => {
        this.last_error = error;
      });
    this.sent = 0;
    this.acknowledged = 0;
    this.failed = 0;
    this.waiting = 0;
  }
  async send(call, message) {
    while (this.waiting >= in_flight_max)
      await new Promise((go) => {
        this.go = go;
      });
    this.waiting++;
    this.clients[this.sent++ % this.clients.length][call](message, (error) => {
      if (error) {
        this.failed++;
        this.last_error = error;
      } else {
        this.acknowledged++;
      }
      this.waiting--;
      if (this.waiting < in_flight_max / 2 && this.go) {
        this.go();
        this.go = null;
      }
    });
  }
  async close() {
    await Promise.all(this.clients.map((one) => one.closeAndFlush({ timeout: 60000 })));
    return this;
  }
}

function purchases(path, customers) {
  const all = new Map();
  readFileSync(path, 'utf8')
    .split('\n')
    .forEach((line, number) => {
      const [customer, date, quantity, total] = line.trim().split(/\s+/);
      if (!/^\d{5}$/.test(customer)) return;
      if (!all.has(customer)) {
        if (customers && all.size >= customers) return;
        all.set(customer, []);
      }
      const day = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}`;
      all
        .get(customer)
        .push({
          order_id: `L${number}`,
          at: new Date(`${day}T12:00:00Z`),
          quantity: Number(quantity),
          total: Number(total),
        });
    });
  return all;
}

async function send_history(url, path, customers) {
  const sender = new Sender(url, process.env.RONDO_WEB_KEY);
  const started = Date.now();
  const anonymous = (id) => `anon-${id}`;
  for (const [customer, orders] of purchases(path, customers)) {
    const first = orders.reduce((a, b) => (b.at < a.at ? b : a));
    const visit = new Date(first.at.getTime() - 3600 * 1000);
    await sender.send('track', {
      anonymousId: anonymous(customer),
      event: 'Product Viewed',
      timestamp: visit,
      properties: { product_id: `CD-${Number(customer) % 997}` },
      messageId: `view-${customer}`,
    });
    await sender.send('identify', {
      anonymousId: anonymous(customer),
      userId: customer,
      timestamp: first.at,
      traits: { customer_id: customer },
      messageId: `identify-${customer}`,
    });
    for (const order of orders) {
      await sender.send('track', {
        userId: customer,
        event: 'Order Completed',
        timestamp: order.at,
        properties: {
          order_id: order.order_id,
          total: order.total,
          quantity: order.quantity,
          currency: 'USD',
        },
        messageId: `order-${order.order_id}`,
      });
    }
  }
  const visitors = customers ? Math.min(customers, visitors_only) : visitors_only;
  for (let number = 0; number < visitors; number++) {
    await sender.send('track', {
      anonymousId: anonymous(`visitor-${number}`),
      event: 'Product Viewed',
      timestamp: new Date(Date.UTC(1998, 5, 1 + (number % 28))),
      properties: { product_id: `CD-${number % 997}` },
      messageId: `visitor-${number}`,
    });
  }
  return report(await sender.close(), started);
}

async function send_messages(url, key_variable, path) {
  const sender = new Sender(url, process.env[key_variable]);
  const started = Date.now();
  for (const { type, timestamp, ...message } of JSON.parse(readFileSync(path, 'utf8'))) {
    await sender.send(type, { ...message, timestamp: new Date(timestamp) });
  }
  return report(await sender.close(), started);
}

function report(sender, started) {
  const seconds = (Date.now() - started) / 1000;
  console.log(
    JSON.stringify({
      sent: sender.sent,
      acknowledged: sender.acknowledged,
      failed: sender.failed,
      seconds,
    }),
  );
  if (sender.failed > 0)
    console.error(`send_events: ${sender.failed} not acknowledged, last: `, sender.last_error);
  return sender.acknowledged === sender.sent ? 0 : 1;
}

const args = process.argv.slice(2);
process.exitCode =
  args[0] === '--messages'
    ? await send_messages(args[1], args[2], args[3])
    : await send_history(args[0], args[1], Number(args[2] || 0));
