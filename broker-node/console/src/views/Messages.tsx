import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, get, url, type Bytes, type RecordShown, type Records, type Self, type Topic } from '../api';
import { bytes, count, time } from '../format';
import type { Place } from '../hooks';
import { Badge, Card, Empty } from '../ui';

const KEPT = 500;
const MANY_PARTITIONS = 32;

type Begin = 'newest' | 'offset' | 'time';

interface Asked {
  partition: string;
  begin: Begin;
  offset: string;
  time: string;
  key: string;
  contains: string;
  limit: string;
}

export function Messages({ topic, place, self }: { topic: Topic; place: Place; self: Self | undefined }) {
  if (self && !self.messages) {
    return (
      <Card>
        <Empty>
          This console shows no messages: whoever reaches its port could read them. <code>console.messages.enable=true</code> in the configuration of the node that serves it shows them.
        </Empty>
      </Card>
    );
  }
  return <Browser topic={topic} place={place} />;
}

function Browser({ topic, place }: { topic: Topic; place: Place }) {
  const many = topic.partitions.length > MANY_PARTITIONS;
  const [asked, setAsked] = useState<Asked>({
    partition: place.query.get('partition') ?? (many ? '0' : ''),
    begin: place.query.has('offset') ? 'offset' : 'newest',
    offset: place.query.get('offset') ?? '0',
    time: '',
    key: '',
    contains: '',
    limit: '50',
  });
  const [shown, setShown] = useState<Records | undefined>();
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const [live, setLive] = useState(false);
  const abort = useRef<AbortController | undefined>(undefined);
  const path = `/topics/${encodeURIComponent(topic.name)}/records`;

  const read = async (from: Asked, more?: { partition: number; offset: number }) => {
    abort.current?.abort();
    const mine = new AbortController();
    abort.current = mine;
    setBusy(true);
    setError(undefined);
    const at = from.begin === 'time' ? new Date(from.time).getTime() : undefined;
    try {
      if (at !== undefined && Number.isNaN(at)) throw new ApiError(400, 'Say from which time on.');
      const records = await get<Records>(
        url(path, {
          partition: more?.partition ?? from.partition,
          offset: more?.offset ?? (from.begin === 'offset' ? from.offset : undefined),
          timestampMs: more ? undefined : at,
          key: from.key,
          contains: from.contains,
          limit: from.limit,
        }),
        mine.signal,
      );
      setShown(records);
    } catch (e) {
      if (!mine.signal.aborted) setError(e instanceof ApiError ? e.message : String(e));
    }
    if (!mine.signal.aborted) setBusy(false);
  };
  useEffect(() => {
    void read(asked);
    return () => abort.current?.abort();
  }, [topic.name]);

  const set = (part: Partial<Asked>) => setAsked((old) => ({ ...old, ...part }));
  const one = shown?.partitions.length === 1 ? shown.partitions[0] : undefined;
  const limit = Number(asked.limit);
  const firstShown = one && shown ? Math.min(one.nextOffset, ...shown.records.map((record) => record.offset)) : 0;
  const page = (offset: number) => {
    if (!one) return;
    const next = { ...asked, partition: String(one.partition), begin: 'offset' as const, offset: String(offset) };
    setAsked(next);
    void read(next);
  };

  return (
    <>
      <Card>
        <form
          class="tools"
          aria-label="Which messages"
          onSubmit={(e) => {
            e.preventDefault();
            setLive(false);
            void read(asked);
          }}
        >
          <label>
            Partition
            <select value={asked.partition} onChange={(e) => set({ partition: e.currentTarget.value })}>
              {!many && <option value="">all</option>}
              {topic.partitions.map((each) => (
                <option key={each.partition} value={String(each.partition)}>
                  {each.partition}
                </option>
              ))}
            </select>
          </label>
          <label>
            Begin at
            <select value={asked.begin} onChange={(e) => set({ begin: e.currentTarget.value as Begin })}>
              <option value="newest">the newest</option>
              <option value="offset">an offset</option>
              <option value="time">a time</option>
            </select>
          </label>
          {asked.begin === 'offset' && (
            <label>
              Offset
              <input class="short" type="number" min="0" required value={asked.offset} onInput={(e) => set({ offset: e.currentTarget.value })} />
            </label>
          )}
          {asked.begin === 'time' && (
            <label>
              Time
              <input type="datetime-local" step="1" required value={asked.time} onInput={(e) => set({ time: e.currentTarget.value })} />
            </label>
          )}
          <label>
            Key
            <input type="search" placeholder="the whole key" value={asked.key} onInput={(e) => set({ key: e.currentTarget.value })} />
          </label>
          <label>
            Contains
            <input type="search" placeholder="in key or value" value={asked.contains} onInput={(e) => set({ contains: e.currentTarget.value })} />
          </label>
          <label>
            Show
            <select value={asked.limit} onChange={(e) => set({ limit: e.currentTarget.value })}>
              <option>20</option>
              <option>50</option>
              <option>100</option>
              <option>500</option>
            </select>
          </label>
          <button type="submit" class="main" disabled={busy}>
            Read
          </button>
          <button type="button" class={live ? 'on' : undefined} aria-pressed={live} onClick={() => setLive(!live)}>
            {live ? 'Stop' : 'Follow live'}
          </button>
        </form>
      </Card>
      {live ? (
        <Live topic={topic.name} asked={asked} />
      ) : (
        <Card>
          {error && (
            <div class="notice bad" role="alert">
              <span>{error}</span>
            </div>
          )}
          {shown?.partitions
            .filter((each) => each.problem !== null)
            .map((each) => (
              <div key={each.partition} class="notice warn" role="status">
                <span>
                  Partition {each.partition}: {each.problem}
                </span>
              </div>
            ))}
          {shown === undefined && !error && <p class="loading">Loading…</p>}
          {shown && (
            <div class={busy || error ? 'stale' : undefined}>
              {shown.records.length === 0 ? (
                <Empty>{asked.key || asked.contains ? `None of the ${count(shown.scanned)} messages that were looked through fits.` : 'There is no message here.'}</Empty>
              ) : (
                <RecordList records={shown.records} topic={topic.name} />
              )}
              <nav class="pages" aria-label="Pages of messages">
                {one && (
                  <button type="button" disabled={busy || firstShown <= one.startOffset} onClick={() => page(Math.max(one.startOffset, firstShown - limit))}>
                    ‹ Older
                  </button>
                )}
                <span>
                  {shown.records.length > 0 && `${count(shown.records.length)} shown`}
                  {one && `, partition ${one.partition} holds offsets ${count(one.startOffset)} to ${count(one.endOffset)}`}
                  {(asked.key || asked.contains) && `, ${count(shown.scanned)} looked through`}
                </span>
                {one && (
                  <button type="button" disabled={busy || one.nextOffset >= one.endOffset} onClick={() => page(one.nextOffset)}>
                    Newer ›
                  </button>
                )}
              </nav>
            </div>
          )}
        </Card>
      )}
    </>
  );
}

function Live({ topic, asked }: { topic: string; asked: Asked }) {
  const [records, setRecords] = useState<RecordShown[]>([]);
  const [came, setCame] = useState(0);
  const [problem, setProblem] = useState<string | undefined>();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    let source: EventSource | undefined;
    let after = '';
    let timer: number | undefined;
    setRecords([]);
    setCame(0);
    const connect = () => {
      source = new EventSource(url(`/topics/${encodeURIComponent(topic)}/tail`, { partition: asked.partition, key: asked.key, contains: asked.contains, after }));
      source.addEventListener('records', (e) => {
        const data = JSON.parse(e.data as string) as { records: RecordShown[]; skipped: number };
        after = e.lastEventId;
        setOpen(true);
        setProblem(undefined);
        setCame((n) => n + data.records.length + data.skipped);
        if (data.records.length > 0) setRecords((old) => [...data.records].reverse().concat(old).slice(0, KEPT));
      });
      source.addEventListener('problem', (e) => {
        setProblem((JSON.parse((e as MessageEvent).data as string) as { error: string }).error);
      });
      source.onerror = () => {
        // By ourselves, so that it goes on where it was.
        source?.close();
        setOpen(false);
        timer = window.setTimeout(connect, 2000);
      };
    };
    connect();
    return () => {
      source?.close();
      window.clearTimeout(timer);
    };
  }, [topic, asked.partition, asked.key, asked.contains]);
  return (
    <Card
      title="Live"
      extra={
        <span role="status">
          <Badge tone={open ? 'good' : 'warn'}>{open ? 'following' : 'connecting'}</Badge> <span class="muted">{count(came)} since it was begun</span>
        </span>
      }
    >
      {problem && (
        <div class="notice warn" role="alert">
          <span>{problem}</span>
        </div>
      )}
      {records.length === 0 ? <Empty>Waiting for the next message…</Empty> : <RecordList records={records} topic={topic} />}
    </Card>
  );
}

function preview(value: Bytes | null): { text: string; dim: boolean } {
  if (value === null) return { text: 'null', dim: true };
  if (value.text === undefined) return { text: `${bytes(value.sizeBytes)} of bytes`, dim: true };
  if (value.text === '') return { text: 'empty', dim: true };
  return { text: value.text.slice(0, 300), dim: false };
}

function RecordList({ records, topic }: { records: RecordShown[]; topic: string }) {
  return (
    <ol class="records">
      {records.map((record) => (
        <RecordRow key={`${record.partition}-${record.offset}`} record={record} topic={topic} />
      ))}
    </ol>
  );
}

function RecordRow({ record, topic }: { record: RecordShown; topic: string }) {
  const [open, setOpen] = useState(false);
  const key = preview(record.key);
  const value = preview(record.value);
  return (
    <li>
      <button type="button" class="record" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span class="record-at">
          <span class="record-offset" title="partition and offset">
            {record.partition} / {record.offset}
          </span>
          <time dateTime={record.timestampMs >= 0 ? new Date(record.timestampMs).toISOString() : undefined}>{time(record.timestampMs, true)}</time>
        </span>
        <span class={key.dim ? 'record-key dim' : 'record-key'} title="key">
          {key.text}
        </span>
        <span class={value.dim ? 'record-value dim' : 'record-value'}>{value.text}</span>
      </button>
      {open && <RecordDetail record={record} topic={topic} />}
    </li>
  );
}

function RecordDetail({ record, topic }: { record: RecordShown; topic: string }) {
  const [whole, setWhole] = useState(record);
  const [error, setError] = useState<string | undefined>();
  const all = async () => {
    try {
      const answer = await get<Records>(url(`/topics/${encodeURIComponent(topic)}/records`, { partition: record.partition, offset: record.offset, limit: 1, bytes: 1048576 }));
      const found = answer.records[0];
      if (found && found.offset === record.offset) setWhole(found);
      else setError('It is not there any more.');
    } catch (e) {
      setError(e instanceof ApiError ? e.message : String(e));
    }
  };
  const cut = whole.value?.cut || whole.key?.cut;
  return (
    <div class="record-detail">
      <Shown name="Key" value={whole.key} />
      <Shown name="Value" value={whole.value} />
      <h3>Headers</h3>
      {whole.headers.length === 0 ? (
        <p class="muted">none</p>
      ) : (
        <dl class="headers">
          {whole.headers.map((header, i) => (
            <div key={i}>
              <dt>{header.key}</dt>
              <dd>{header.value === null ? <span class="dim">null</span> : (header.value.text ?? <code>{header.value.base64}</code>)}</dd>
            </div>
          ))}
        </dl>
      )}
      {cut && (
        <button type="button" onClick={() => void all()}>
          Show all of it, up to 1 MiB
        </button>
      )}
      {error && (
        <p class="notice bad" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

function pretty(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    // Numbers beyond what JavaScript can hold would be shown wrong: then it is better left as it is.
    if (/[0-9]{16,}/.test(text)) return undefined;
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return undefined;
  }
}

function Shown({ name, value }: { name: string; value: Bytes | null }) {
  const [raw, setRaw] = useState(false);
  const json = value?.text === undefined ? undefined : pretty(value.text);
  return (
    <>
      <h3>
        {name}
        {value && (
          <span class="muted">
            {' '}
            {bytes(value.sizeBytes)}
            {value.text === undefined && ', base64'}
            {value.cut && ', cut'}
          </span>
        )}
        {json !== undefined && (
          <button type="button" class="small" onClick={() => setRaw(!raw)}>
            {raw ? 'As JSON' : 'As text'}
          </button>
        )}
      </h3>
      {value === null ? <p class="dim">null</p> : <pre tabIndex={0}>{json !== undefined && !raw ? json : (value.text ?? value.base64)}</pre>}
    </>
  );
}
