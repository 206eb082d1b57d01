// timeout: 120
// The vendor's own client, @hubspot/api-client, drives the HubSpot stand-in and has nothing to complain of.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = new URL('../..', import.meta.url).pathname
const deps = process.env.RONDO_DEPS ?? join(root, '.deps')
const rondo = process.env.RONDO ?? join(root, 'build/dev/rondo')
const { Client } = createRequire(join(deps, 'node/package.json'))('@hubspot/api-client')

let failures = 0
function ok(what, good, found = '') {
  if (!good) failures += 1
  console.log(good ? `ok   ${what}` : `FAIL ${what}: ${JSON.stringify(found)}`)
}
async function refused(what, status, call, says = '') {
  try {
    await call()
    ok(what, false, 'it was accepted')
  } catch (error) {
    ok(what, error.code === status && JSON.stringify(error.body ?? {}).includes(says), `${error.code} ${error.message}`)
  }
}

const folder = mkdtempSync(join(tmpdir(), 'rondo-hubspot-'))
const faults = join(folder, 'faults.json')
writeFileSync(faults, JSON.stringify({ token: 'right', faults: [{ answer: 'throttle', every: 2, path: '*/companies/search' }] }))
const twin = spawn(rondo, ['stand-in', 'hubspot', '--port', '0', '--faults', faults], { stdio: ['ignore', 'pipe', 'inherit'] })
const address = await new Promise((resolve, reject) => {
  twin.stdout.on('data', (text) => resolve(String(text).match(/http:\/\/\S+/)[0]))
  twin.on('exit', (code) => reject(new Error(`the stand-in ended with ${code}`)))
})

try {
  const client = new Client({ accessToken: 'right', basePath: address, numberOfApiCallRetries: 2 })
  const { contacts, properties, companies } = client.crm

  const made = await properties.coreApi.create('contacts', {
    name: 'lifetime_value', label: 'Lifetime value', type: 'number', fieldType: 'number', groupName: 'contactinformation',
  })
  ok('properties: a new one is created', made.name === 'lifetime_value', made)
  const all = await properties.coreApi.getAll('contacts')
  ok('properties: it is listed with the standard ones', ['email', 'lifetime_value'].every((name) => all.results.some((one) => one.name === name)))

  const inputs = ['ada', 'bob', 'eve'].map((name, index) => ({
    id: `${name}@x.co`, idProperty: 'email', objectWriteTraceId: String(index),
    properties: { firstname: name, lifetime_value: '12.5' },
  }))
  const upserted = await contacts.batchApi.upsert({ inputs })
  ok('batch upsert: complete, three results', upserted.status === 'COMPLETE' && upserted.results.length === 3, upserted)
  ok('batch upsert: all new, dates are dates', upserted.results.every((one) => one._new === true && one.createdAt instanceof Date), upserted.results[0])
  ok('batch upsert: trace ids come back', upserted.results.map((one) => one.objectWriteTraceId).join() === '0,1,2')
  const again = await contacts.batchApi.upsert({ inputs })
  ok('batch upsert: a repetition finds the same records', again.results.every((one, i) => one._new === false && one.id === upserted.results[i].id))

  const mixed = await contacts.batchApi.upsert({
    inputs: [inputs[0], { id: 'nonsense', idProperty: 'email', objectWriteTraceId: 'n', properties: {} }],
  })
  ok('batch upsert: one bad address is an error of its own', mixed.numErrors === 1 && mixed.results.length === 1 &&
    mixed.errors[0].context.objectWriteTraceId[0] === 'n', mixed)
  await refused('batch upsert: an unknown property spoils the batch', 400,
    () => contacts.batchApi.upsert({ inputs: [{ ...inputs[0], properties: { shoe_size: '44' } }] }), 'PROPERTY_DOESNT_EXIST')
  await refused('batch upsert: 101 rows are too many', 400, () => contacts.batchApi.upsert({
    inputs: Array.from({ length: 101 }, (_, i) => ({ id: `p${i}@x.co`, idProperty: 'email', properties: {} })),
  }))

  const read = await contacts.batchApi.read({
    idProperty: 'email', properties: ['lifetime_value'], propertiesWithHistory: [], inputs: [{ id: 'bob@x.co' }, { id: 'zoe@x.co' }],
  })
  ok('batch read: who is there, with what was asked', read.results.length === 1 && read.results[0].properties.lifetime_value === '12.5', read)

  const single = await contacts.basicApi.create({ properties: { email: 'new@x.co', firstname: 'New' }, associations: [] })
  ok('create: an id comes back', Boolean(single.id), single)
  await refused('create: a second one is a conflict', 409, () => contacts.basicApi.create({ properties: { email: 'NEW@x.co' }, associations: [] }), 'Existing ID')
  const updated = await contacts.basicApi.update(single.id, { properties: { firstname: 'Newer' } })
  ok('update: changes the record', updated.properties.firstname === 'Newer', updated)
  const got = await contacts.basicApi.getById('new@x.co', ['firstname'], undefined, undefined, false, 'email')
  ok('get: by email', got.id === single.id && got.properties.firstname === 'Newer', got)

  const found = await contacts.searchApi.doSearch({
    filterGroups: [{ filters: [{ propertyName: 'email', operator: 'EQ', value: 'ada@x.co' }] }], properties: ['email'], limit: 10, sorts: [], after: '0',
  })
  ok('search: one by email', found.total === 1 && found.results[0].properties.email === 'ada@x.co', found)
  const page = await contacts.basicApi.getPage(2)
  ok('pages: two now, more later', page.results.length === 2 && Boolean(page.paging?.next?.after), page)
  const everybody = await contacts.getAll(2)
  ok('pages: all of them in the end', everybody.length === 4, everybody.length)

  await contacts.batchApi.archive({ inputs: [{ id: upserted.results[1].id }] })
  await refused('archive: gone', 404, () => contacts.basicApi.getById(upserted.results[1].id))
  await contacts.basicApi.purge({ objectId: 'eve@x.co', idProperty: 'email' })
  ok('gdpr-delete: gone', (await contacts.getAll(100)).length === 2)

  const search = { filterGroups: [], properties: [], limit: 1, sorts: [], after: '0' }
  await companies.searchApi.doSearch(search)
  ok('the client waits out a limit and comes back', (await companies.searchApi.doSearch(search)).total === 0)
  await refused('a wrong token is refused', 401,
    () => new Client({ accessToken: 'wrong', basePath: address }).crm.contacts.basicApi.getPage(), 'INVALID_AUTHENTICATION')

  const state = await (await fetch(`${address}/_standin/state`)).json()
  const { creates, archives, live } = state.objects.contacts
  ok('the stand-in counted every effect once', creates === 4 && archives === 2 && live === 2, { creates, archives, live })
} catch (error) {
  ok('no call fails unexpectedly', false, String(error.stack ?? error))
} finally {
  twin.removeAllListeners('exit')
  twin.kill('SIGTERM')
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = failures === 0 ? 0 : 1
