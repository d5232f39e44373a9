"""What applications do with kafka-python: client.py BOOTSTRAP PREFIX WHAT. Fails when something is not as it should be."""

import sys
import threading
import time

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, NewPartitions, NewTopic

PATIENCE_S = 30
RECORDS = 20

bootstrap, prefix, what = sys.argv[1:]


def until(text, condition):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {PATIENCE_S} s: {text}")
        time.sleep(0.02)


def same(text, expected, actual):
    if expected != actual:
        raise AssertionError(f"{text}: expected {expected}, not {actual}")


def admin_client():
    return KafkaAdminClient(bootstrap_servers=bootstrap)


def create_topic(name, partitions):
    client = admin_client()
    client.create_topics([NewTopic(name, partitions, 1)])
    client.close()


def send(topic, partitions, numbers):
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
    sent = [producer.send(topic, str(i).encode(), partition=i % partitions) for i in numbers]
    for future in sent:
        future.get(PATIENCE_S)
    producer.close()


class Member(threading.Thread):
    """Reads as a member of a group until it is told to stop; commits all that it has read then."""

    def __init__(self, topic):
        super().__init__(daemon=True)
        self.read = []
        self.owned = 0
        self.stopping = False
        self.consumer = KafkaConsumer(
            topic,
            bootstrap_servers=bootstrap,
            group_id=topic,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            session_timeout_ms=6_000,
            heartbeat_interval_ms=200,
            metadata_max_age_ms=1_000,
        )
        self.start()

    def run(self):
        while not self.stopping:
            for records in self.consumer.poll(timeout_ms=100).values():
                self.read += [int(record.value) for record in records]
            self.owned = len(self.consumer.assignment())
        self.consumer.commit()
        self.consumer.close()

    def stop(self):
        self.stopping = True
        self.join(PATIENCE_S)
        same("still reading", False, self.is_alive())


def records():
    topic = prefix + "records"
    create_topic(topic, 1)
    value = b"value " * 400
    codecs = [None, "gzip"]
    for codec in codecs:
        producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", compression_type=codec, linger_ms=20)
        name = str(codec)
        for i in range(RECORDS):
            producer.send(topic, value + b"%d" % i, key=f"{name}{i}".encode(), headers=[("codec", name.encode())])
        producer.flush(PATIENCE_S)
        producer.close()
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    partition = TopicPartition(topic, 0)
    consumer.assign([partition])
    same("end", len(codecs) * RECORDS, consumer.end_offsets([partition])[partition])
    for n in range(len(codecs) * RECORDS):
        record = next(consumer)
        name = str(codecs[n // RECORDS])
        same("offset", n, record.offset)
        same("key", f"{name}{n % RECORDS}".encode(), record.key)
        same("value", value + b"%d" % (n % RECORDS), record.value)
        same("headers", [("codec", name.encode())], record.headers)
    consumer.close()


def group():
    """Two share, one leaves, the other has all and goes on where it was committed."""
    topic = prefix + "group"
    create_topic(topic, 4)
    one, other = Member(topic), Member(topic)
    until("two each", lambda: one.owned == 2 and other.owned == 2)
    send(topic, 4, range(RECORDS))
    until("all is read", lambda: len(one.read) + len(other.read) == RECORDS)
    one.stop()
    until("all four", lambda: other.owned == 4)
    send(topic, 4, range(RECORDS, 2 * RECORDS))
    until("what is new is read", lambda: set(one.read + other.read) == set(range(2 * RECORDS)))
    other.stop()
    client = admin_client()
    offsets = client.list_consumer_group_offsets(topic)
    same("committed", [10] * 4, [offsets[TopicPartition(topic, p)].offset for p in range(4)])
    client.close()


def admin():
    topic = prefix + "admin"
    client = admin_client()
    same("brokers", 1, len(client.describe_cluster()["brokers"]))
    client.create_topics([NewTopic(topic, 1, 1, topic_configs={"retention.ms": "123456"})])
    same("listed", True, topic in client.list_topics())
    client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs={"retention.ms": "654321"})])

    def retention():
        answers = client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
        entries = answers[0].resources[0][4]
        return next(entry[1] for entry in entries if entry[0] == "retention.ms")

    until("the altered configuration", lambda: retention() == "654321")
    client.create_partitions({topic: NewPartitions(3)})
    until("three partitions", lambda: len(client.describe_topics([topic])[0]["partitions"]) == 3)
    send(topic, 1, range(RECORDS))
    member = Member(topic)
    until("all is read", lambda: len(member.read) == RECORDS)
    member.stop()
    same("listed", True, (topic, "consumer") in client.list_consumer_groups())
    same("state", "Empty", client.describe_consumer_groups([topic])[0].state)
    same("committed", RECORDS, client.list_consumer_group_offsets(topic)[TopicPartition(topic, 0)].offset)
    client.delete_consumer_groups([topic])
    client.delete_topics([topic])
    until("it is gone", lambda: topic not in client.list_topics())
    client.close()


{"records": records, "group": group, "admin": admin}[what]()
