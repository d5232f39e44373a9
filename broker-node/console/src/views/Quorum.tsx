import { sentence, url, type Quorum, type Voter } from '../api';
import { bytes, count, duration } from '../format';
import { usePoll } from '../hooks';
import { Badge, Card, Loaded, Page, Stat, Table } from '../ui';

export function QuorumPage() {
  const quorum = usePoll<Quorum>(url('/quorum'), 3000);
  return (
    <Page title="Quorum" sub="The nodes that hold the cluster's metadata">
      <Loaded of={quorum}>
        {(data) => {
          const byLeader = data.answering?.nodeId === data.leaderId;
          return (
            <>
              {data.problems.map((problem) => (
                <div key={problem.what} class="notice bad" role="status">
                  <span>
                    <strong>{sentence(problem.what)}</strong> {sentence(problem.remedy)}
                  </span>
                </div>
              ))}
              {data.mismatches.map((each) => (
                <div key={each.member} class="notice bad" role="status">
                  <span>
                    The metadata of {each.member} is not the leader's at index {count(each.index)}: {each.found}, expected {each.expected}.
                  </span>
                </div>
              ))}
              <div class="stats">
                <Stat label="Leader" value={data.leaderId < 0 ? 'none' : `node ${data.leaderId}`} tone={data.leaderId < 0 ? 'bad' : 'plain'} />
                <Stat label="Term" value={count(data.term)} />
                <Stat label="Committed" value={count(data.committedIndex)} note="entries" />
                <Stat label="Voters" value={count(data.voters.length)} />
              </div>
              <Card>
                {!byLeader && (
                  <div class="notice warn" role="status">
                    <span>Told by node {data.answering?.nodeId ?? '?'}, which does not lead: how the others fare only the leader knows.</span>
                  </div>
                )}
                <Table
                  caption="Voters of the quorum"
                  rows={data.voters}
                  rowKey={(voter) => voter.nodeId}
                  empty="Nobody votes."
                  columns={[
                    { name: 'Node', by: (voter) => voter.nodeId, cell: (voter) => voter.nodeId },
                    { name: 'State', by: (voter) => (voter.state === null ? 1 : 0), cell: (voter) => <State voter={voter} leader={data.leaderId} byLeader={byLeader} /> },
                    { name: 'Address', wide: true, by: (voter) => voter.rpcAddress, cell: (voter) => voter.rpcAddress },
                    { name: 'Behind', number: true, by: (voter) => voter.matchIndex, cell: (voter) => (voter.matchIndex < 0 ? '–' : count(Math.max(0, data.committedIndex - voter.matchIndex))) },
                    { name: 'Heard of', number: true, by: (voter) => voter.lastContactMs, cell: (voter) => (voter.nodeId === data.leaderId || voter.lastContactMs < 0 ? '–' : `${duration(voter.lastContactMs)} ago`) },
                    { name: 'Applied', number: true, by: (voter) => voter.state?.appliedIndex ?? -1, cell: (voter) => count(voter.state?.appliedIndex) },
                    { name: 'Snapshot', number: true, by: (voter) => voter.state?.snapshotIndex ?? -1, cell: (voter) => (voter.state && voter.state.snapshotIndex >= 0 ? count(voter.state.snapshotIndex) : 'none') },
                    { name: 'Disk left', number: true, by: (voter) => voter.state?.diskUsableBytes ?? -1, cell: (voter) => (voter.state ? bytes(voter.state.diskUsableBytes) : '–') },
                  ]}
                />
              </Card>
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function State({ voter, leader, byLeader }: { voter: Voter; leader: number; byLeader: boolean }) {
  if (voter.nodeId === leader) return <Badge tone="info">leader</Badge>;
  if (voter.state?.notReadyBecause) return <Badge tone="warn">{voter.state.notReadyBecause}</Badge>;
  if (voter.state) return <Badge tone="good">follower</Badge>;
  return byLeader ? <Badge tone="bad">does not answer</Badge> : <Badge>not known</Badge>;
}
