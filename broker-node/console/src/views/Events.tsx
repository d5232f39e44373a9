import { useState } from 'preact/hooks';
import { url, type Event, type Events } from '../api';
import { time, words } from '../format';
import { link, usePoll, type Place } from '../hooks';
import { Badge, Card, Empty, Loaded, Page, type Tone } from '../ui';

export const KINDS = [
  'ISR_SHRUNK', 'ISR_GREW', 'LEADER_ELECTED', 'LEADER_LOST', 'UNCLEAN_ELECTION', 'ELIGIBLE_LEADERS_CHANGED', 'MOVE_STARTED', 'MOVE_ENDED',
  'REPLICAS_CHANGED', 'BROKER_REGISTERED', 'BROKER_UNREGISTERED', 'BROKER_FENCED', 'BROKER_UNFENCED', 'TOPIC_CREATED', 'TOPIC_DELETED',
  'PARTITIONS_ADDED', 'LOG_TRUNCATED', 'REPLICA_OFFLINE', 'REPLICA_ONLINE', 'REPLICA_MADE_ANEW', 'REPLICA_PAUSED', 'REPLICA_RESUMED',
  'REPLICAS_DIFFER', 'EVENTS_LOST', 'GROUP_REBALANCED', 'GROUP_OFFSETS_RESET', 'DIRECTORY_CHANGED', 'DIRECTORY_MOVE_FAILED',
];
const BAD = new Set(['LEADER_LOST', 'UNCLEAN_ELECTION', 'REPLICAS_DIFFER', 'REPLICA_OFFLINE', 'BROKER_FENCED', 'DIRECTORY_MOVE_FAILED', 'EVENTS_LOST']);
const WARN = new Set(['ISR_SHRUNK', 'LOG_TRUNCATED', 'REPLICA_PAUSED', 'REPLICA_MADE_ANEW', 'BROKER_UNREGISTERED', 'TOPIC_DELETED']);
const GOOD = new Set(['ISR_GREW', 'BROKER_UNFENCED', 'REPLICA_ONLINE', 'REPLICA_RESUMED', 'MOVE_ENDED']);

function tone(kind: string): Tone {
  return BAD.has(kind) ? 'bad' : WARN.has(kind) ? 'warn' : GOOD.has(kind) ? 'good' : 'plain';
}

function Subject({ event }: { event: Event }) {
  if (event.group) return <a href={link('groups', event.group)}>{event.group}</a>;
  if (event.topic)
    return (
      <a href={link('topics', event.topic)}>
        {event.topic}
        {event.partition >= 0 && `-${event.partition}`}
      </a>
    );
  if (event.brokers.length > 0) return <>{event.brokers.length === 1 ? 'broker' : 'brokers'} {event.brokers.join(', ')}</>;
  return null;
}

function detail(event: Event): string {
  const parts: string[] = [];
  if (event.text) parts.push(event.text);
  if (event.topic && !event.text && event.brokers.length > 0) parts.push(`${event.brokers.length === 1 ? 'broker' : 'brokers'} ${event.brokers.join(', ')}`);
  if (event.topic && event.partition >= 0 && event.leader >= 0) parts.push(`leader ${event.leader}`);
  if (event.isr.length > 0) parts.push(`ISR ${event.isr.join(', ')}`);
  return parts.join(' · ');
}

export function EventList({ events }: { events: Event[] }) {
  return (
    <ol class="events">
      {events.map((event) => (
        <li key={`${event.index}.${event.sequence}`}>
          <time dateTime={new Date(event.atMs).toISOString()}>{time(event.atMs)}</time>
          <Badge tone={tone(event.kind)}>{words(event.kind)}</Badge>
          <span class="event-what">
            <strong>
              <Subject event={event} />
            </strong>{' '}
            <span class="muted">{detail(event)}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}

export function EventsPage({ place }: { place: Place }) {
  const [kind, setKind] = useState(place.query.get('kind') ?? '');
  const [topic, setTopic] = useState(place.query.get('topic') ?? '');
  const [limit, setLimit] = useState(200);
  const events = usePoll<Events>(url('/events', { kind, topic: topic.trim(), limit }), 3000);
  return (
    <Page title="Events" sub="What happened in the cluster, and why; the newest first">
      <Card>
        <div class="tools">
          <label>
            Kind
            <select value={kind} onChange={(e) => setKind(e.currentTarget.value)}>
              <option value="">any</option>
              {KINDS.map((each) => (
                <option key={each} value={each}>
                  {words(each)}
                </option>
              ))}
            </select>
          </label>
          <label>
            Topic
            <input type="search" value={topic} placeholder="its whole name" onChange={(e) => setTopic(e.currentTarget.value)} />
          </label>
        </div>
        <Loaded of={events}>
          {(data) =>
            data.events.length === 0 ? (
              <Empty>{kind || topic ? 'No event fits.' : 'Nothing has happened yet.'}</Empty>
            ) : (
              <>
                <EventList events={[...data.events].reverse()} />
                {data.more && limit < 1000 && (
                  <p class="pages">
                    <button type="button" onClick={() => setLimit(1000)}>
                      Show up to 1,000
                    </button>
                  </p>
                )}
              </>
            )
          }
        </Loaded>
      </Card>
    </Page>
  );
}
