// What applications do with kafkajs: node client.js BOOTSTRAP PREFIX WHAT. Ends with an error when something is not as it should be.
'use strict'

const assert = require('node:assert/strict')
const { CompressionTypes, ConfigResourceTypes, Kafka, logLevel } = require('kafkajs')

const PATIENCE_MS = 30_000
const RECORDS = 20

const [bootstrap, prefix, what] = process.argv.slice(2)
const kafka = new Kafka({
  clientId: 'kafkajs',
  brokers: bootstrap.split(','),
  logLevel: logLevel.ERROR,
  retry: { initialRetryTime: 50, retries: 10 }
})

async function until (text, condition) {
  const deadline = Date.now() + PATIENCE_MS
  while (!await condition()) {
    if (Date.now() > deadline) throw new Error(`not within ${PATIENCE_MS} ms: ${text}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

const numbers = (from, to) => Array.from({ length: to - from }, (_, i) => String(from + i))

async function withAdmin (task) {
  const admin = kafka.admin()
  await admin.connect()
  try {
    return await task(admin)
  } finally {
    await admin.disconnect()
  }
}

const createTopic = (topic, numPartitions) =>
  withAdmin(admin => admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true }))

async function send (topic, messages, compression = CompressionTypes.None) {
  const producer = kafka.producer({ idempotent: true })
  await producer.connect()
  await producer.send({ topic, messages, compression })
  await producer.disconnect()
}

// Starts a member of a group that notes what it owns and reads.
async function member (groupId, topic, read) {
  const consumer = kafka.consumer({ groupId, sessionTimeout: 6_000, heartbeatInterval: 200, maxWaitTimeInMs: 100 })
  const joined = { consumer, owned: 0 }
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    joined.owned = (payload.memberAssignment[topic] || []).length
  })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({ eachMessage: async message => { read.push(message) } })
  return joined
}

async function records () {
  const topic = prefix + 'records'
  await createTopic(topic, 1)
  const value = 'value '.repeat(400)
  for (const [name, compression] of [['none', CompressionTypes.None], ['gzip', CompressionTypes.GZIP]]) {
    await send(topic, numbers(0, RECORDS).map(i => ({ key: name + i, value: value + i, headers: { codec: name } })), compression)
  }
  await send(topic, [{ key: 'null', value: null }])
  const read = []
  const { consumer } = await member(prefix + 'records', topic, read)
  await until('all records', () => read.length >= 2 * RECORDS + 1)
  await consumer.disconnect()
  read.forEach(({ message }, i) => {
    assert.equal(message.offset, String(i))
    if (i === 2 * RECORDS) {
      assert.equal(message.value, null)
      return
    }
    const codec = i < RECORDS ? 'none' : 'gzip'
    assert.equal(message.key.toString(), codec + i % RECORDS)
    assert.equal(message.value.toString(), value + i % RECORDS)
    assert.equal(message.headers.codec.toString(), codec)
  })
}

// Two share, one leaves, the other has all and goes on where it was committed.
async function group () {
  const topic = prefix + 'group'
  await createTopic(topic, 4)
  const read = []
  const one = await member(topic, topic, read)
  const other = await member(topic, topic, read)
  await until('two each', () => one.owned === 2 && other.owned === 2)
  await send(topic, numbers(0, RECORDS).map((value, i) => ({ value, partition: i % 4 })))
  await until('all is read', () => read.length === RECORDS)
  await one.consumer.disconnect()
  await until('all four', () => other.owned === 4)
  await send(topic, numbers(RECORDS, 2 * RECORDS).map((value, i) => ({ value, partition: i % 4 })))
  await until('what is new is read', () => read.length >= 2 * RECORDS)
  await other.consumer.disconnect()
  assert.deepEqual(read.map(({ message }) => Number(message.value)).sort((a, b) => a - b), numbers(0, 2 * RECORDS).map(Number))
  await withAdmin(async admin => {
    const [{ partitions }] = await admin.fetchOffsets({ groupId: topic, topics: [topic] })
    assert.deepEqual(partitions.map(({ offset }) => offset), ['10', '10', '10', '10'])
  })
}

async function admin () {
  const topic = prefix + 'admin'
  const resource = { type: ConfigResourceTypes.TOPIC, name: topic }
  await withAdmin(async admin => {
    assert.equal((await admin.describeCluster()).brokers.length, 1)
    await admin.createTopics({
      topics: [{ topic, numPartitions: 1, configEntries: [{ name: 'retention.ms', value: '123456' }] }],
      waitForLeaders: true
    })
    assert((await admin.listTopics()).includes(topic))
    await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries: [{ name: 'retention.ms', value: '654321' }] }] })
    await until('the altered configuration', async () => {
      const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ ...resource, configNames: ['retention.ms'] }] })
      return resources[0].configEntries[0].configValue === '654321'
    })
    await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] })
    await until('three partitions', async () => (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0].partitions.length === 3)
    await send(topic, numbers(0, RECORDS).map(value => ({ value, partition: 0 })))
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '5' }] })
    const first = (await admin.fetchTopicOffsets(topic)).find(({ partition }) => partition === 0)
    assert.deepEqual([first.low, first.high], ['5', String(RECORDS)])
    const read = []
    const { consumer } = await member(topic, topic, read)
    await until('what is left is read', () => read.length === RECORDS - 5)
    await consumer.disconnect()
    const [{ partitions }] = await admin.fetchOffsets({ groupId: topic, topics: [topic] })
    assert.equal(partitions.find(({ partition }) => partition === 0).offset, String(RECORDS))
    assert((await admin.listGroups()).groups.some(({ groupId }) => groupId === topic))
    assert.equal((await admin.describeGroups([topic])).groups[0].state, 'Empty')
    assert.deepEqual((await admin.listPartitionReassignments({ topics: [{ topic, partitions: [0] }] })).topics, [])
    await admin.deleteGroups([topic])
    await admin.deleteTopics({ topics: [topic] })
    await until('it is gone', async () => !(await admin.listTopics()).includes(topic))
  })
}

// One aborted, one committed with offsets, and the first producer is fenced by a second.
async function transactions () {
  const topic = prefix + 'written'
  await createTopic(topic, 1)
  const start = async () => {
    const producer = kafka.producer({ transactionalId: prefix + 'id', idempotent: true, maxInFlightRequests: 1, retry: { retries: 2 } })
    await producer.connect()
    return producer
  }
  const first = await start()
  const aborted = await first.transaction()
  await aborted.send({ topic, messages: [{ value: 'aborted' }] })
  await aborted.abort()
  const committed = await first.transaction()
  await committed.send({ topic, messages: numbers(0, RECORDS).map(value => ({ value })) })
  await committed.sendOffsets({ consumerGroupId: prefix + 'transactions', topics: [{ topic, partitions: [{ partition: 0, offset: '3' }] }] })
  await committed.commit()
  await withAdmin(async admin => {
    const [{ partitions }] = await admin.fetchOffsets({ groupId: prefix + 'transactions', topics: [topic] })
    assert.equal(partitions[0].offset, '3')
  })
  const second = await start()
  const last = await second.transaction()
  await last.send({ topic, messages: [{ value: 'last' }] })
  await last.commit()
  await assert.rejects(async () => {
    const fenced = await first.transaction()
    await fenced.send({ topic, messages: [{ value: 'fenced' }] })
    await fenced.commit()
  })
  await first.disconnect()
  await second.disconnect()
  const read = []
  const { consumer } = await member(prefix + 'reader', topic, read)
  await until('what was committed', () => read.some(({ message }) => message.value.toString() === 'last'))
  await consumer.disconnect()
  assert.deepEqual(read.map(({ message }) => message.value.toString()), [...numbers(0, RECORDS), 'last'])
}

const tasks = { records, group, admin, transactions }
tasks[what]().then(() => process.exit(0), error => {
  console.error(error)
  process.exit(1)
})
