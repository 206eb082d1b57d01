// timeout: 120
// The vendor's own client, @hubspot/api-client, drives the HubSpot stand-in without complaint.
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
    const told = JSON.stringify(error.body ?? {}).includes(says)
    ok(what, error.code === status && told, `${error.code} ${error.message}`)
  }
}

const folder = mkdtempSync(join(tmpdir(), 'rondo-hubspot-'))
const faults = join(folder, 'faults.json')
const limited = { answer: 'throttle', every: 2, path: '*/companies/search' }
writeFileSync(faults, JSON.stringify({ token: 'right', faults: [limited] }))
const command = ['stand-in', 'hubspot', '--port', '0', '--faults', faults]
const twin = spawn(rondo, command, { stdio: ['ignore', 'pipe', 'inherit'] })
const address = await new Promise((resolve, reject) => {
  twin.stdout.on('data', (text) => resolve(String(text).match(/http:\/\/\S+/)[0]))
  twin.on('exit', (code) => reject(new Error(`the stand-in ended with ${code}`)))
})

function person(name, index) {
  return {
    id: `${name}@x.co`,
    idProperty: 'email',
    objectWriteTraceId: String(index),
    properties: { firstname: name, lifetime_value: '12.5' },
  }
}
const inputs = ['ada', 'bob', 'eve'].map(person)

async function declareProperties({ coreApi }) {
  const made = await coreApi.create('contacts', {
    name: 'lifetime_value',
    label: 'Lifetime value',
    type: 'number',
    fieldType: 'number',
    groupName: 'contactinformation',
  })
  ok('properties: a new one is created', made.name === 'lifetime_value', made)
  const all = (await coreApi.getAll('contacts')).results.map((one) => one.name)
  const both = all.includes('email') && all.includes('lifetime_value')
  ok('properties: it is listed with the standard ones', both)
}

async function upsertBatches({ batchApi }) {
  const first = await batchApi.upsert({ inputs })
  const { status, results } = first
  ok('batch upsert: complete, three results', status === 'COMPLETE' && results.length === 3, first)
  const fresh = results.every((one) => one._new === true && one.createdAt instanceof Date)
  ok('batch upsert: all new, dates are dates', fresh, results[0])
  const traces = results.map((one) => one.objectWriteTraceId).join()
  ok('batch upsert: trace ids come back', traces === '0,1,2', traces)
  const again = await batchApi.upsert({ inputs })
  const same = again.results.every((one, i) => one._new === false && one.id === results[i].id)
  ok('batch upsert: a repetition finds the same records', same, again)

  const bad = { ...person('nonsense', 'n'), id: 'nonsense' }
  const mixed = await batchApi.upsert({ inputs: [inputs[0], bad] })
  const told = mixed.numErrors === 1 && mixed.errors[0].context.objectWriteTraceId[0] === 'n'
  ok('batch upsert: one bad address is an error of its own', told, mixed)
  const odd = { ...inputs[0], properties: { shoe_size: '44' } }
  const spoilt = () => batchApi.upsert({ inputs: [odd] })
  const why = 'PROPERTY_DOESNT_EXIST'
  await refused('batch upsert: an unknown property spoils all', 400, spoilt, why)
  const many = Array.from({ length: 101 }, (_, i) => person(`p${i}`, i))
  const crowded = () => batchApi.upsert({ inputs: many })
  await refused('batch upsert: 101 rows are too many', 400, crowded)
  return results
}

async function readBatch({ batchApi }) {
  const read = await batchApi.read({
    idProperty: 'email',
    properties: ['lifetime_value'],
    propertiesWithHistory: [],
    inputs: [{ id: 'bob@x.co' }, { id: 'zoe@x.co' }],
  })
  const right = read.results.length === 1 && read.results[0].properties.lifetime_value === '12.5'
  ok('batch read: who is there, with what was asked', right, read)
}

async function singleRecords({ basicApi }) {
  const properties = { email: 'new@x.co', firstname: 'New' }
  const made = await basicApi.create({ properties, associations: [] })
  ok('create: an id comes back', Boolean(made.id), made)
  const twice = () => basicApi.create({ properties: { email: 'NEW@x.co' }, associations: [] })
  await refused('create: a second one is a conflict', 409, twice, 'Existing ID')
  const updated = await basicApi.update(made.id, { properties: { firstname: 'Newer' } })
  ok('update: changes the record', updated.properties.firstname === 'Newer', updated)
  const names = ['firstname']
  const got = await basicApi.getById('new@x.co', names, undefined, undefined, false, 'email')
  ok('get: by email', got.id === made.id && got.properties.firstname === 'Newer', got)
}

async function findRecords(contacts) {
  const filter = { propertyName: 'email', operator: 'EQ', value: 'ada@x.co' }
  const found = await contacts.searchApi.doSearch({
    filterGroups: [{ filters: [filter] }],
    properties: ['email'],
    limit: 10,
    sorts: [],
    after: '0',
  })
  const right = found.total === 1 && found.results[0].properties.email === 'ada@x.co'
  ok('search: one by email', right, found)
  const page = await contacts.basicApi.getPage(2)
  ok('pages: two now, more later', page.results.length === 2 && page.paging?.next?.after, page)
  const everybody = await contacts.getAll(2)
  ok('pages: all of them in the end', everybody.length === 4, everybody.length)
}

async function removeRecords(contacts, id) {
  await contacts.batchApi.archive({ inputs: [{ id }] })
  await refused('archive: gone', 404, () => contacts.basicApi.getById(id))
  await contacts.basicApi.purge({ objectId: 'eve@x.co', idProperty: 'email' })
  ok('gdpr-delete: gone', (await contacts.getAll(100)).length === 2)
}

async function limitsAndCredentials({ searchApi }) {
  const search = { filterGroups: [], properties: [], limit: 1, sorts: [], after: '0' }
  await searchApi.doSearch(search)
  const { total } = await searchApi.doSearch(search)
  ok('the client waits out a limit and comes back', total === 0, total)
  const stranger = new Client({ accessToken: 'wrong', basePath: address })
  const call = () => stranger.crm.contacts.basicApi.getPage()
  await refused('a wrong token is refused', 401, call, 'INVALID_AUTHENTICATION')
}

try {
  const options = { accessToken: 'right', basePath: address, numberOfApiCallRetries: 2 }
  const { contacts, properties, companies } = new Client(options).crm
  await declareProperties(properties)
  const upserted = await upsertBatches(contacts)
  await readBatch(contacts)
  await singleRecords(contacts)
  await findRecords(contacts)
  await removeRecords(contacts, upserted[1].id)
  await limitsAndCredentials(companies)
  const state = await (await fetch(`${address}/_standin/state`)).json()
  const { creates, archives, live } = state.objects.contacts
  const once = creates === 4 && archives === 2 && live === 2
  ok('the stand-in counted every effect once', once, { creates, archives, live })
} catch (error) {
  ok('no call fails unexpectedly', false, String(error.stack ?? error))
} finally {
  twin.removeAllListeners('exit')
  twin.kill('SIGTERM')
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = failures === 0 ? 0 : 1
