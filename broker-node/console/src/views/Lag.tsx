import { useState } from 'preact/hooks';
import { url, type Group, type LagHistory } from '../api';
import { LineChart, type Point } from '../chart';
import { duration, of } from '../format';
import { useHistory, usePoll } from '../hooks';
import { Card, Unanswered } from '../ui';

type Measure = 'records' | 'age';

/** More than the five minutes between points of long ago. */
const LONGEST_GAP_MS = 16 * 60_000;

/** How old the oldest record is that was not read, in milliseconds. */
export function age(group: Group): number {
  const times = group.partitions.map((each) => each.oldestUnreadMs ?? -1).filter((at) => at >= 0);
  return times.length === 0 ? 0 : Math.max(0, group.atMs - Math.min(...times));
}

/** What its coordinators kept of how far a group was behind, and what came since the page is looked at. */
export function LagOverTime({ name, group }: { name: string; group: Group }) {
  const [topic, setTopic] = useState('');
  const [measure, setMeasure] = useState<Measure>('records');
  const topics = [...new Set(group.partitions.map((each) => each.topic))].sort();
  const history = usePoll<LagHistory>(url(`/groups/${encodeURIComponent(name)}/lag`, { topic }), 30000);
  const partitions = group.partitions.filter((each) => topic === '' || each.topic === topic);
  const known = partitions.every((each) => each.lag !== null);
  const value = measure === 'age' ? age({ ...group, partitions }) : partitions.reduce((all, each) => all + (each.lag ?? 0), 0);
  const live = useHistory(`${measure} ${topic}`, known ? value : null, group.atMs);

  // The newest is what the page says elsewhere, too.
  const before = (history.data?.points ?? []).filter((point) => point.atMs < group.atMs);
  const kept = before.map((point): Point => [point.atMs, measure === 'records' ? point.records : point.seconds === null ? null : point.seconds * 1000]);
  const since = kept[kept.length - 1]?.[0] ?? 0;
  return (
    <Card
      title="Lag over time"
      extra={
        <span class="choices">
          {topics.length > 1 && (
            <label>
              <span class="visually-hidden">Topic</span>
              <select value={topic} onChange={(e) => setTopic(e.currentTarget.value)}>
                <option value="">all topics</option>
                {topics.map((each) => (
                  <option key={each} value={each}>
                    {each}
                  </option>
                ))}
              </select>
            </label>
          )}
          <label>
            <span class="visually-hidden">Measured in</span>
            <select value={measure} onChange={(e) => setMeasure(e.currentTarget.value as Measure)}>
              <option value="records">in records</option>
              <option value="age">in time</option>
            </select>
          </label>
        </span>
      }
    >
      {history.data && <Unanswered missing={history.data.missing} />}
      {history.error && <p class="muted">What it was before is not known: {history.error.message}</p>}
      <LineChart
        points={[...kept, ...live.filter(([at]) => at > since)]}
        label={measure === 'records' ? 'Lag' : 'Age of the oldest unread record'}
        show={measure === 'records' ? (n) => of(n, 'record') : duration}
        longestGapMs={LONGEST_GAP_MS}
      />
    </Card>
  );
}
