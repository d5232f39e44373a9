import { useState } from 'preact/hooks';
import { url, type Offsets, type Partition, type Self, type Topic, type TopicSummary } from '../api';
import { count, of } from '../format';
import { link, usePoll, type Place } from '../hooks';
import { Badge, Card, Loaded, Page, Stat, Table, Tabs } from '../ui';
import { Configs } from './Configs';
import { Messages } from './Messages';

function State({ topic }: { topic: TopicSummary }) {
  if (topic.offline > 0) return <Badge tone="bad">{of(topic.offline, 'partition')} without a leader</Badge>;
  if (topic.underMinIsr > 0) return <Badge tone="bad">{count(topic.underMinIsr)} below min ISR</Badge>;
  if (topic.underReplicated > 0) return <Badge tone="warn">{count(topic.underReplicated)} not all in sync</Badge>;
  return <Badge tone="good">in sync</Badge>;
}

function badness(topic: TopicSummary): number {
  return topic.offline * 1e6 + topic.underMinIsr * 1e3 + topic.underReplicated;
}

export function Topics() {
  const topics = usePoll<{ topics: TopicSummary[] }>(url('/topics'), 5000);
  const [internal, setInternal] = useState(false);
  return (
    <Page title="Topics" sub={topics.data && of(topics.data.topics.filter((topic) => !topic.internal).length, 'topic')}>
      <Card>
        <Loaded of={topics}>
          {(data) => (
            <Table
              caption="Topics"
              rows={internal ? data.topics : data.topics.filter((topic) => !topic.internal)}
              rowKey={(topic) => topic.name}
              find={(topic) => topic.name}
              findLabel="Find a topic"
              empty="There is no topic yet: create one with 'curia topics create', or let a client do it."
              filters={
                <label class="check">
                  <input type="checkbox" checked={internal} onChange={(e) => setInternal(e.currentTarget.checked)} /> with internal ones
                </label>
              }
              columns={[
                { name: 'Topic', wide: true, by: (topic) => topic.name, cell: (topic) => (<><a href={link('topics', topic.name)}>{topic.name}</a> {topic.internal && <Badge>internal</Badge>}</>) },
                { name: 'State', by: badness, cell: (topic) => <State topic={topic} /> },
                { name: 'Partitions', number: true, by: (topic) => topic.partitions, cell: (topic) => count(topic.partitions) },
                { name: 'Replicas', number: true, by: (topic) => topic.replicationFactor, cell: (topic) => count(topic.replicationFactor) },
                { name: 'Own settings', number: true, by: (topic) => topic.overrides, cell: (topic) => count(topic.overrides) },
              ]}
            />
          )}
        </Loaded>
      </Card>
    </Page>
  );
}

function partitionState(partition: Partition, minIsr: number): { tone: 'good' | 'warn' | 'bad' | 'info'; text: string; rank: number } {
  if (partition.leader < 0) return { tone: 'bad', text: 'no leader', rank: 3 };
  if (partition.isr.length < minIsr) return { tone: 'bad', text: 'below min ISR', rank: 2 };
  if (partition.isr.length < partition.replicas.length) return { tone: 'warn', text: 'not all in sync', rank: 1 };
  if (partition.adding.length + partition.removing.length > 0) return { tone: 'info', text: 'moves', rank: 0.5 };
  return { tone: 'good', text: 'in sync', rank: 0 };
}

function Partitions({ topic }: { topic: Topic }) {
  const offsets = usePoll<Offsets>(url(`/topics/${encodeURIComponent(topic.name)}/offsets`), 3000);
  const [troubled, setTroubled] = useState(false);
  const ends = new Map(offsets.data?.partitions.map((each) => [each.partition, each]));
  const rows = troubled ? topic.partitions.filter((each) => partitionState(each, topic.minInsyncReplicas).rank > 0) : topic.partitions;
  const known = offsets.data?.partitions.filter((each) => each.endOffset !== null) ?? [];
  const records = known.reduce((all, each) => all + ((each.endOffset ?? 0) - (each.startOffset ?? 0)), 0);
  return (
    <>
      <div class="stats">
        <Stat label="Partitions" value={count(topic.partitions.length)} />
        <Stat label="Replicas each" value={count(topic.partitions[0]?.replicas.length ?? 0)} />
        <Stat label="Min ISR" value={count(topic.minInsyncReplicas)} />
        <Stat label="Offsets kept" value={offsets.data ? count(records) : '…'} note="from start to end" />
      </div>
      <Card>
        {offsets.error && !offsets.data && (
          <div class="notice warn" role="status">
            <span>Offsets are not shown. {offsets.error.message}</span>
          </div>
        )}
        <Table
          caption={`Partitions of ${topic.name}`}
          rows={rows}
          rowKey={(each) => each.partition}
          find={topic.partitions.length > 20 ? (each) => `${each.partition} leader ${each.leader} ${partitionState(each, topic.minInsyncReplicas).text}` : undefined}
          findLabel="Find a partition"
          empty="All partitions are in sync."
          filters={
            <label class="check">
              <input type="checkbox" checked={troubled} onChange={(e) => setTroubled(e.currentTarget.checked)} /> only those not in sync
            </label>
          }
          columns={[
            { name: 'Partition', by: (each) => each.partition, cell: (each) => each.partition },
            { name: 'State', by: (each) => partitionState(each, topic.minInsyncReplicas).rank, cell: (each) => { const state = partitionState(each, topic.minInsyncReplicas); return <Badge tone={state.tone}>{state.text}</Badge>; } },
            { name: 'Leader', by: (each) => each.leader, cell: (each) => (each.leader < 0 ? 'none' : <a href={link('brokers', each.leader)}>{each.leader}</a>) },
            { name: 'Replicas', cell: (each) => <Replicas partition={each} /> },
            { name: 'Epoch', number: true, by: (each) => each.leaderEpoch, cell: (each) => each.leaderEpoch },
            { name: 'Start', number: true, by: (each) => ends.get(each.partition)?.startOffset ?? -1, cell: (each) => count(ends.get(each.partition)?.startOffset) },
            { name: 'End', number: true, by: (each) => ends.get(each.partition)?.endOffset ?? -1, cell: (each) => count(ends.get(each.partition)?.endOffset) },
          ]}
        />
      </Card>
    </>
  );
}

function Replicas({ partition }: { partition: Partition }) {
  return (
    <span class="replicas">
      {partition.replicas.map((id) => {
        const inSync = partition.isr.includes(id);
        const what = partition.adding.includes(id) ? 'comes' : partition.removing.includes(id) ? 'goes' : inSync ? 'in sync' : 'not in sync';
        return (
          <span key={id} class={inSync ? 'replica in' : 'replica out'} title={`broker ${id}: ${what}`}>
            {id}
            <span class="visually-hidden"> {what}</span>
          </span>
        );
      })}
    </span>
  );
}

export function TopicPage({ name, tab, place, self }: { name: string; tab: string; place: Place; self: Self | undefined }) {
  const topic = usePoll<Topic>(url(`/topics/${encodeURIComponent(name)}`), 5000);
  return (
    <Page title={name} sub={<a href={link('topics')}>Topics</a>}>
      <Tabs
        label={`Views of topic ${name}`}
        now={tab}
        tabs={[
          { key: 'partitions', name: 'Partitions', href: link('topics', name) },
          { key: 'messages', name: 'Messages', href: link('topics', name, 'messages') },
          { key: 'settings', name: 'Settings', href: link('topics', name, 'settings') },
        ]}
      />
      {tab === 'settings' ? (
        <Configs path={`/topics/${encodeURIComponent(name)}/configs`} />
      ) : (
        <Loaded of={topic}>{(data) => (tab === 'messages' ? <Messages topic={data} place={place} self={self} /> : <Partitions topic={data} />)}</Loaded>
      )}
    </Page>
  );
}
