// What applications do with @platformatic/kafka: node client.mjs BOOTSTRAP PREFIX WHAT. Ends with an error when something is not as it should be.
import assert from 'node:assert/strict'
import {
  Admin, CompressionAlgorithms, ConfigResourceTypes, Consumer, FetchIsolationLevels, Producer, stringDeserializers, stringSerializers
} from '@platformatic/kafka'

const PATIENCE_MS = 30_000
const RECORDS = 20

const [bootstrap, prefix, what] = process.argv.slice(2)
const common = { clientId: 'platformatic', bootstrapBrokers: bootstrap.split(','), retries: 20, retryDelay: 50 }

async function until (text, condition) {
  const deadline = Date.now() + PATIENCE_MS
  while (!await condition()) {
    if (Date.now() > deadline) throw new Error(`not within ${PATIENCE_MS} ms: ${text}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

const numbers = (from, to) => Array.from({ length: to - from }, (_, i) => String(from + i))

async function using (client, task) {
  try {
    return await task(client)
  } finally {
    await client.close()
  }
}

const withAdmin = task => using(new Admin(common), task)
const withProducer = (options, task) => using(new Producer({ ...common, serializers: stringSerializers, ...options }), task)
const createTopic = (topic, partitions) => withAdmin(admin => admin.createTopics({ topics: [topic], partitions, replicas: 1 }))
const send = (messages, options = {}) => withProducer({ idempotent: true }, producer => producer.send({ messages, ...options }))

// Starts a member of a group that notes what it owns and reads.
async function member (groupId, topic, read, options = {}) {
  const consumer = new Consumer({ ...common, groupId, deserializers: stringDeserializers, maxWaitTime: 100, ...options })
  const classic = options.groupProtocol === 'consumer' ? {} : { sessionTimeout: 6_000, heartbeatInterval: 200 }
  const stream = await consumer.consume({
    topics: [topic], mode: 'committed', fallbackMode: 'earliest', isolationLevel: FetchIsolationLevels.READ_COMMITTED, autocommit: false, ...classic
  })
  stream.on('data', message => read.push(message))
  let closing = false
  // A stream may still fetch while its consumer closes, and then says that the client is closed.
  stream.on('error', error => { if (!closing) throw error })
  const owned = () => (consumer.assignments ?? []).filter(its => its.topic === topic).reduce((sum, its) => sum + its.partitions.length, 0)
  return { consumer, owned, close: () => { closing = true; return consumer.close(true) } }
}

async function records () {
  const topic = prefix + 'records'
  await createTopic(topic, 1)
  const value = 'value '.repeat(400)
  const codecs = [CompressionAlgorithms.NONE, CompressionAlgorithms.GZIP, CompressionAlgorithms.SNAPPY, CompressionAlgorithms.LZ4]
  for (const codec of codecs) {
    const messages = numbers(0, RECORDS).map(i => ({ topic, key: codec + i, value: value + i, headers: new Map([['codec', codec]]) }))
    await send(messages, { compression: codec })
  }
  const read = []
  const { close } = await member(prefix + 'records', topic, read)
  await until('all records', () => read.length >= codecs.length * RECORDS)
  await close()
  read.forEach((message, i) => {
    const codec = codecs[Math.floor(i / RECORDS)]
    assert.equal(message.offset, BigInt(i))
    assert.equal(message.key, codec + i % RECORDS)
    assert.equal(message.value, value + i % RECORDS)
    assert.deepEqual([...message.headers], [['codec', codec]])
  })
}

// Two share, one leaves, the other has all and goes on where it was committed.
async function group (options) {
  const topic = `${prefix}group-${options.groupProtocol}`
  await createTopic(topic, 4)
  const read = []
  const values = from => read.slice(from).map(({ value }) => Number(value))
  const [one, other] = await Promise.all([member(topic, topic, read, options), member(topic, topic, read, options)])
  await until('two each', () => one.owned() === 2 && other.owned() === 2)
  await send(numbers(0, RECORDS).map((value, i) => ({ topic, value, partition: i % 4 })))
  await until('all is read', () => new Set(values(0)).size === RECORDS)
  await Promise.all(read.map(message => message.commit()))
  const committed = read.length
  await one.close()
  await until('all four', () => other.owned() === 4)
  await send(numbers(RECORDS, 2 * RECORDS).map((value, i) => ({ topic, value, partition: i % 4 })))
  await until('what is new is read', () => new Set(values(0)).size === 2 * RECORDS)
  await other.close()
  // Whenever it is assigned partitions this client goes back to what is committed, also in those that it had: what is not may come twice.
  assert.deepEqual(values(committed).filter(value => value < RECORDS), [])
}

async function admin () {
  const topic = prefix + 'admin'
  await withAdmin(async admin => {
    await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1, configs: [{ name: 'retention.ms', value: '123456' }] })
    assert((await admin.listTopics()).includes(topic))
    const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic }
    await admin.incrementalAlterConfigs({ resources: [{ ...resource, configs: [{ name: 'retention.ms', configOperation: 0, value: '654321' }] }] })
    await until('the altered configuration', async () => {
      const [{ configs }] = await admin.describeConfigs({ resources: [{ ...resource, configurationKeys: ['retention.ms'] }] })
      return configs[0].value === '654321'
    })
    await admin.createPartitions({ topics: [{ name: topic, count: 3, assignments: null }] })
    await until('three partitions', async () => (await admin.metadata({ topics: [topic], forceUpdate: true })).topics.get(topic).partitionsCount === 3)
    await send(numbers(0, RECORDS).map(value => ({ topic, value, partition: 0 })))
    await admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition: 0, offset: 5n }] }] })
    const offset = async timestamp =>
      (await admin.listOffsets({ topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp }] }] }))[0].partitions[0].offset
    assert.equal(await offset(-2n), 5n)
    assert.equal(await offset(-1n), BigInt(RECORDS))
    await admin.alterConsumerGroupOffsets({ groupId: topic, topics: [{ name: topic, partitionOffsets: [{ partition: 0, offset: 7n }] }] })
    const [{ topics }] = await admin.listConsumerGroupOffsets({ groups: [topic] })
    assert.equal(topics[0].partitions[0].committedOffset, 7n)
    assert((await admin.listGroups()).has(topic))
    assert.equal((await admin.describeGroups({ groups: [topic] })).get(topic).state, 'EMPTY')
    assert.equal((await admin.describeLogDirs({ topics: [{ name: topic, partitions: [0] }] })).length, 1)
    await admin.deleteGroups({ groups: [topic] })
    await admin.deleteTopics({ topics: [topic] })
    await until('it is gone', async () => !(await admin.listTopics()).includes(topic))
  })
}

// One aborted, one committed with the offset of what was read for it.
async function transactions () {
  const input = prefix + 'in'
  const topic = prefix + 'out'
  await createTopic(input, 1)
  await createTopic(topic, 1)
  await send(numbers(0, RECORDS).map(value => ({ topic: input, value })))
  const inputs = []
  const reader = await member(prefix + 'transactions', input, inputs)
  await until('all inputs', () => inputs.length === RECORDS)
  await withProducer({ idempotent: true, transactionalId: prefix + 'id' }, async producer => {
    const aborted = await producer.beginTransaction()
    await aborted.send({ messages: [{ topic, value: 'aborted' }] })
    await aborted.abort()
    const committed = await producer.beginTransaction()
    await committed.addConsumer(reader.consumer)
    await committed.send({ messages: inputs.map(({ value }) => ({ topic, value })) })
    await committed.addOffset(inputs.at(-1))
    await committed.commit()
  })
  await reader.close()
  await withAdmin(async admin => {
    const [{ topics }] = await admin.listConsumerGroupOffsets({ groups: [prefix + 'transactions'] })
    assert.equal(topics[0].partitions[0].committedOffset, BigInt(RECORDS))
  })
  await send([{ topic, value: 'last' }])
  const read = []
  const { close } = await member(prefix + 'reader', topic, read)
  await until('what was committed', () => read.some(({ value }) => value === 'last'))
  await close()
  assert.deepEqual(read.map(({ value }) => value), [...numbers(0, RECORDS), 'last'])
}

const tasks = {
  records,
  group: () => group({ groupProtocol: 'classic' }),
  'consumer-group': () => group({ groupProtocol: 'consumer' }),
  admin,
  transactions
}
tasks[what]().then(() => process.exit(0), error => {
  console.error(error)
  process.exit(1)
})
