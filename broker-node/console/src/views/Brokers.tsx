import { url, type Broker, type Cluster, type LogDirs } from '../api';
import { bytes, count, words } from '../format';
import { link, usePoll } from '../hooks';
import { Badge, Card, Empty, Facts, Loaded, Meter, Page, Table, Tabs, Unanswered } from '../ui';
import { Configs } from './Configs';

function State({ broker }: { broker: Broker }) {
  return (
    <>
      {broker.fenced ? <Badge tone="bad">fenced</Badge> : <Badge tone="good">alive</Badge>} {broker.standing !== 'IN_SERVICE' && <Badge tone="warn">{words(broker.standing)}</Badge>}
    </>
  );
}

function address(broker: Broker): string {
  const first = broker.listeners[0];
  return first ? `${first.host}:${first.port}` : '–';
}

export function Brokers() {
  const cluster = usePoll<Cluster>(url('/cluster'), 3000);
  const dirs = usePoll<LogDirs>(url('/log-dirs'), 10000);
  const held = new Map(dirs.data?.brokers.map((each) => [each.brokerId, each.logDirs]));
  const used = (broker: Broker) => (held.get(broker.brokerId) ?? []).reduce((all, dir) => all + dir.replicaBytes, 0);
  return (
    <Page title="Brokers">
      <Card>
        {dirs.data && <Unanswered missing={dirs.data.missing} />}
        <Loaded of={cluster}>
          {(data) => (
            <Table
              caption="Brokers"
              rows={data.brokers}
              rowKey={(broker) => broker.brokerId}
              empty="No broker has registered yet."
              columns={[
                { name: 'Broker', by: (broker) => broker.brokerId, cell: (broker) => <a href={link('brokers', broker.brokerId)}>{broker.brokerId}</a> },
                { name: 'State', by: (broker) => (broker.fenced ? 1 : 0), cell: (broker) => <State broker={broker} /> },
                { name: 'Address', wide: true, by: address, cell: address },
                { name: 'Rack', by: (broker) => broker.rack, cell: (broker) => broker.rack || '–' },
                { name: 'Leads', number: true, by: (broker) => broker.leaders, cell: (broker) => count(broker.leaders) },
                { name: 'Replicas', number: true, by: (broker) => broker.replicas, cell: (broker) => count(broker.replicas) },
                { name: 'Holds', number: true, by: used, cell: (broker) => (held.has(broker.brokerId) ? bytes(used(broker)) : '–') },
                {
                  name: 'Disks',
                  cell: (broker) => (
                    <span class="disks">
                      {(held.get(broker.brokerId) ?? []).map((dir) =>
                        dir.online ? (
                          <Meter key={dir.path} used={dir.totalBytes - dir.usableBytes} total={dir.totalBytes} label={`${dir.path}: ${bytes(dir.usableBytes)} of ${bytes(dir.totalBytes)} left`} />
                        ) : (
                          <Badge key={dir.path} tone="bad">
                            {dir.path} offline
                          </Badge>
                        ),
                      )}
                    </span>
                  ),
                },
              ]}
            />
          )}
        </Loaded>
      </Card>
    </Page>
  );
}

export function BrokerPage({ id, tab }: { id: string; tab: string }) {
  const cluster = usePoll<Cluster>(url('/cluster'), 3000);
  const dirs = usePoll<LogDirs>(url('/log-dirs'), 10000);
  const mine = dirs.data?.brokers.find((each) => String(each.brokerId) === id);
  const missing = dirs.data?.missing.find((each) => String(each.brokerId) === id);
  return (
    <Page title={`Broker ${id}`} sub={<a href={link('brokers')}>Brokers</a>}>
      <Tabs
        label={`Views of broker ${id}`}
        now={tab}
        tabs={[
          { key: 'state', name: 'State', href: link('brokers', id) },
          { key: 'settings', name: 'Settings', href: link('brokers', id, 'settings') },
        ]}
      />
      {tab === 'settings' ? (
        <Configs path={`/brokers/${encodeURIComponent(id)}/configs`} />
      ) : (
        <Loaded of={cluster}>
          {(data) => {
            const broker = data.brokers.find((each) => String(each.brokerId) === id);
            if (!broker) return <Empty>There is no broker {id}.</Empty>;
            return (
              <>
                <Card>
                  <Facts
                    facts={[
                      ['State', <State broker={broker} />],
                      ['Leads', count(broker.leaders)],
                      ['Replicas', count(broker.replicas)],
                      ['Rack', broker.rack || '–'],
                      ...broker.listeners.map((each): [string, string] => [each.listener, `${each.host}:${each.port} (${each.securityProtocol})`]),
                      ['gRPC', broker.rpc ? `${broker.rpc.host}:${broker.rpc.port}` : '–'],
                    ]}
                  />
                </Card>
                <Card title="Log directories">
                  {missing && <Unanswered missing={[missing]} />}
                  {dirs.data && !mine && <Empty>{broker.fenced ? 'A fenced broker is not asked.' : 'It has not answered yet.'}</Empty>}
                  {mine && (
                    <Table
                      caption={`Log directories of broker ${id}`}
                      rows={mine.logDirs}
                      rowKey={(dir) => dir.path}
                      empty="It has none."
                      columns={[
                        { name: 'Directory', wide: true, by: (dir) => dir.path, cell: (dir) => <code>{dir.path}</code> },
                        { name: 'State', by: (dir) => (dir.online ? 0 : 1), cell: (dir) => (dir.online ? <Badge tone="good">online</Badge> : <Badge tone="bad">offline</Badge>) },
                        { name: 'Replicas', number: true, by: (dir) => dir.replicas, cell: (dir) => count(dir.replicas) },
                        { name: 'Hold', number: true, by: (dir) => dir.replicaBytes, cell: (dir) => bytes(dir.replicaBytes) },
                        { name: 'Left on disk', number: true, by: (dir) => dir.usableBytes, cell: (dir) => (dir.totalBytes < 0 ? '–' : `${bytes(dir.usableBytes)} of ${bytes(dir.totalBytes)}`) },
                        { name: 'Used', cell: (dir) => (dir.totalBytes < 0 ? null : <Meter used={dir.totalBytes - dir.usableBytes} total={dir.totalBytes} label={`${bytes(dir.totalBytes - dir.usableBytes)} used`} />) },
                      ]}
                    />
                  )}
                </Card>
              </>
            );
          }}
        </Loaded>
      )}
    </Page>
  );
}
