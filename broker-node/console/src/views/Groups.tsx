import { url, type Group, type Groups } from '../api';
import { count, duration, of, time } from '../format';
import { link, usePoll } from '../hooks';
import { Badge, Card, Empty, Facts, Loaded, Page, Stat, Table, Unanswered, type Tone } from '../ui';
import { age, LagOverTime } from './Lag';

function tone(state: string): Tone {
  return state === 'Stable' ? 'good' : state === 'Empty' || state === 'Dead' ? 'plain' : 'warn';
}

export function GroupsPage() {
  const groups = usePoll<Groups>(url('/groups'), 5000);
  return (
    <Page title="Groups" sub={groups.data && of(groups.data.groups.length, 'group')}>
      <Card>
        <Loaded of={groups}>
          {(data) => (
            <>
              <Unanswered missing={data.missing} />
              <Table
                caption="Groups"
                rows={[...data.groups].sort((a, b) => a.group.localeCompare(b.group))}
                rowKey={(group) => group.group}
                find={(group) => `${group.group} ${group.state}`}
                findLabel="Find a group"
                empty="There is no group yet: consumers that share their work make one."
                columns={[
                  { name: 'Group', wide: true, by: (group) => group.group, cell: (group) => <a href={link('groups', group.group)}>{group.group}</a> },
                  { name: 'State', by: (group) => group.state, cell: (group) => <Badge tone={tone(group.state)}>{group.state}</Badge> },
                  { name: 'Protocol', by: (group) => group.type, cell: (group) => (group.protocolType && group.protocolType !== group.type ? `${group.type}, ${group.protocolType}` : group.type) },
                  { name: 'Coordinator', by: (group) => group.coordinator, cell: (group) => <a href={link('brokers', group.coordinator)}>{group.coordinator}</a> },
                ]}
              />
            </>
          )}
        </Loaded>
      </Card>
    </Page>
  );
}

export function GroupPage({ name }: { name: string }) {
  const group = usePoll<Group>(url(`/groups/${encodeURIComponent(name)}`), 3000);
  return (
    <Page title={name} sub={<a href={link('groups')}>Groups</a>}>
      <Loaded of={group}>
        {(data) => (
          <>
            <div class="stats">
              <Stat label="State" value={<Badge tone={tone(data.group.state)}>{data.group.state}</Badge>} />
              <Stat label="Lag" value={count(data.lag)} note="records not yet read" />
              <Stat label="Members" value={count(data.members.length)} />
              <Stat label="Partitions" value={count(data.partitions.length)} />
              <Stat label="Oldest unread" value={age(data) > 0 ? `${duration(age(data))} ago` : '–'} />
            </div>
            {data.refusedTopics.length > 0 && (
              <div class="notice warn" role="status">
                <span>How far it is behind in {data.refusedTopics.join(', ')} is not known: ACLs do not let the console, which asks as User:ANONYMOUS, see {data.refusedTopics.length === 1 ? 'that topic' : 'those topics'}.</span>
              </div>
            )}
            <LagOverTime name={name} group={data} />
            <Card title="Partitions">
              <Table
                caption={`Partitions of group ${name}`}
                rows={data.partitions}
                rowKey={(each) => `${each.topic}-${each.partition}`}
                find={data.partitions.length > 20 ? (each) => `${each.topic}-${each.partition} ${each.memberId ?? ''}` : undefined}
                findLabel="Find a partition"
                empty="The group has committed no offset yet."
                columns={[
                  { name: 'Partition', wide: true, by: (each) => `${each.topic}-${each.partition}`, cell: (each) => <a href={link('topics', each.topic)}>{each.topic}-{each.partition}</a> },
                  { name: 'Lag', number: true, by: (each) => each.lag ?? -1, cell: (each) => count(each.lag) },
                  { name: 'Offset', number: true, by: (each) => each.offset, cell: (each) => count(each.offset) },
                  { name: 'End', number: true, by: (each) => each.endOffset ?? -1, cell: (each) => count(each.endOffset) },
                  { name: 'Committed', by: (each) => each.committedMs, cell: (each) => time(each.committedMs) },
                  { name: 'Member', wide: true, by: (each) => each.memberId ?? '', cell: (each) => (each.memberId ? <code>{each.memberId}</code> : <span class="muted">nobody</span>) },
                ]}
              />
            </Card>
            <Card title="Members">
              <Table
                caption={`Members of group ${name}`}
                rows={data.members}
                rowKey={(member) => member.memberId}
                empty="Nobody is in the group now."
                columns={[
                  { name: 'Member', wide: true, by: (member) => member.memberId, cell: (member) => <code>{member.memberId}</code> },
                  { name: 'Client', by: (member) => member.clientId, cell: (member) => member.clientId },
                  { name: 'Host', by: (member) => member.clientHost, cell: (member) => member.clientHost },
                  { name: 'Partitions', number: true, by: (member) => member.assigned.length, cell: (member) => count(member.assigned.length) },
                ]}
              />
            </Card>
            <Card>
              <Facts
                facts={[
                  ['Protocol', data.group.type],
                  ['Assignor', data.assignor || '–'],
                  ['Coordinator', <a href={link('brokers', data.coordinator)}>broker {data.coordinator}</a>],
                ]}
              />
            </Card>
          </>
        )}
      </Loaded>
      {group.error?.status === 404 && <Empty>It may have expired, or been deleted.</Empty>}
    </Page>
  );
}
