import { sentence, url, type Cluster, type Events, type LogDirs, type Moves, type Quorum, type TopicSummary } from '../api';
import { bytes, count, of } from '../format';
import { link, usePoll } from '../hooks';
import { Card, Empty, Loaded, Page, Stat, Unanswered } from '../ui';
import { EventList } from './Events';

interface Trouble {
  bad: boolean;
  what: string;
  remedy?: string;
  href?: string;
}

function troubles(cluster: Cluster, topics: TopicSummary[], quorum: Quorum | undefined, dirs: LogDirs | undefined): Trouble[] {
  const found: Trouble[] = [];
  const sum = (of: (topic: TopicSummary) => number) => topics.reduce((all, topic) => all + of(topic), 0);
  const some = (what: (topic: TopicSummary) => number) => {
    const names = topics.filter((topic) => what(topic) > 0).map((topic) => topic.name);
    return names.length === 0 ? '' : `: ${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more topics` : ''}`;
  };
  if (cluster.offline > 0) found.push({ bad: true, what: `${of(cluster.offline, 'partition')} without a leader${some((t) => t.offline)}`, href: link('topics') });
  const below = sum((topic) => topic.underMinIsr);
  if (below > 0) found.push({ bad: true, what: `${of(below, 'partition')} below min.insync.replicas, not writable with acks=all${some((t) => t.underMinIsr)}`, href: link('topics') });
  if (cluster.underReplicated > 0) found.push({ bad: false, what: `${of(cluster.underReplicated, 'partition')} with replicas that are not in sync${some((t) => t.underReplicated)}`, href: link('topics') });
  for (const broker of cluster.brokers) {
    if (broker.fenced) found.push({ bad: true, what: `Broker ${broker.brokerId} is fenced: it is stopped, or cannot be reached`, href: link('brokers', broker.brokerId) });
  }
  for (const broker of dirs?.brokers ?? []) {
    for (const dir of broker.logDirs) {
      if (!dir.online) found.push({ bad: true, what: `${dir.path} of broker ${broker.brokerId} is offline`, href: link('brokers', broker.brokerId) });
      else if (dir.totalBytes > 0 && dir.usableBytes < dir.totalBytes * 0.1)
        found.push({ bad: false, what: `${dir.path} of broker ${broker.brokerId} has ${bytes(dir.usableBytes)} of ${bytes(dir.totalBytes)} left`, href: link('brokers', broker.brokerId) });
    }
  }
  for (const problem of quorum?.problems ?? []) found.push({ bad: true, what: sentence(problem.what), remedy: sentence(problem.remedy), href: link('quorum') });
  return found;
}

export function Overview() {
  const cluster = usePoll<Cluster>(url('/cluster'), 3000);
  const topics = usePoll<{ topics: TopicSummary[] }>(url('/topics'), 5000);
  const quorum = usePoll<Quorum>(url('/quorum'), 5000);
  const dirs = usePoll<LogDirs>(url('/log-dirs'), 15000);
  const moves = usePoll<Moves>(url('/moves'), 5000);
  const events = usePoll<Events>(url('/events', { limit: 12 }), 5000);

  return (
    <Page title="Overview" sub={cluster.data && <>Cluster {cluster.data.clusterId}</>}>
      <Loaded of={cluster}>
        {(c) => {
          const alive = c.brokers.filter((broker) => !broker.fenced).length;
          const list = troubles(c, topics.data?.topics ?? [], quorum.data, dirs.data);
          const belowMin = topics.data?.topics.reduce((all, topic) => all + topic.underMinIsr, 0);
          return (
            <>
              <div class={`health ${list.some((trouble) => trouble.bad) ? 'bad' : list.length > 0 ? 'warn' : 'good'}`} role="status">
                <strong>{list.length === 0 ? 'All is well.' : `${of(list.length, 'thing')} to look at.`}</strong>
                {list.length > 0 && (
                  <ul>
                    {list.map((trouble) => (
                      <li key={trouble.what}>
                        {trouble.href ? <a href={trouble.href}>{trouble.what}</a> : trouble.what}
                        {trouble.remedy && <span class="muted"> {trouble.remedy}</span>}
                      </li>
                    ))}
                  </ul>
                )}
              </div>
              <div class="stats">
                <Stat label="Brokers alive" value={`${alive} of ${c.brokers.length}`} tone={alive < c.brokers.length ? 'bad' : 'plain'} href={link('brokers')} />
                <Stat label="Topics" value={count(c.topics)} href={link('topics')} />
                <Stat label="Partitions" value={count(c.partitions)} href={link('topics')} />
                <Stat label="Not all in sync" value={count(c.underReplicated)} tone={c.underReplicated > 0 ? 'warn' : 'plain'} href={link('topics')} />
                <Stat label="Below min ISR" value={count(belowMin)} tone={belowMin ? 'bad' : 'plain'} href={link('topics')} />
                <Stat label="Leaderless" value={count(c.offline)} tone={c.offline > 0 ? 'bad' : 'plain'} href={link('topics')} />
                <Stat label="Controller node" value={c.controllerId < 0 ? 'none' : c.controllerId} tone={c.controllerId < 0 ? 'bad' : 'plain'} href={link('quorum')} />
              </div>
            </>
          );
        }}
      </Loaded>
      {dirs.data && <Unanswered missing={dirs.data.missing} />}
      {moves.data && moves.data.partitions.length > 0 && (
        <Card title="Partitions that move">
          <ul class="plain">
            {moves.data.partitions.slice(0, 20).map((move) => (
              <li key={`${move.topic}-${move.partition}`}>
                <a href={link('topics', move.topic)}>
                  {move.topic}-{move.partition}
                </a>{' '}
                <span class="muted">
                  to {move.adding.join(', ') || 'no new broker'}, from {move.removing.join(', ') || 'none'}
                </span>
              </li>
            ))}
          </ul>
          {moves.data.partitions.length > 20 && <p class="muted">and {count(moves.data.partitions.length - 20)} more</p>}
        </Card>
      )}
      {cluster.error?.status !== 403 && (
        <Card title="Newest events" extra={<a href={link('events')}>All events</a>}>
          {events.data ? events.data.events.length > 0 ? <EventList events={[...events.data.events].reverse()} /> : <Empty>Nothing has happened yet.</Empty> : <p class="loading">{events.error ? events.error.message : 'Loading…'}</p>}
        </Card>
      )}
    </Page>
  );
}
