"""Logs in with kafka-python, writes and reads: login.py BOOTSTRAP TOPIC MECHANISM USER PASSWORD. Fails when it cannot."""

import sys

from kafka import KafkaConsumer, KafkaProducer

PATIENCE_S = 30

bootstrap, topic, mechanism, user, password = sys.argv[1:]
login = dict(
    bootstrap_servers=bootstrap,
    security_protocol="SASL_PLAINTEXT",
    sasl_mechanism=mechanism,
    sasl_plain_username=user,
    sasl_plain_password=password,
)

producer = KafkaProducer(acks="all", **login)
producer.send(topic, mechanism.encode()).get(PATIENCE_S)
producer.close()

consumer = KafkaConsumer(topic, auto_offset_reset="earliest", consumer_timeout_ms=PATIENCE_S * 1000, **login)
for record in consumer:
    if record.value == mechanism.encode():
        break
else:
    raise AssertionError(f"{mechanism} was written and not read")
consumer.close()
