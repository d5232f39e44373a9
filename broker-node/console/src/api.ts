// The JSON API, as docs/console.md has it. Only what the pages use is typed.

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(sentence(message));
  }
}

export function sentence(text: string): string {
  const trimmed = text.trim();
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1) + (/[.!?]$/.test(trimmed) ? '' : '.');
}

const BASE = '/api/v1';

export function url(path: string, parameters: Record<string, string | number | undefined> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return BASE + path + (text ? '?' + text : '');
}

export async function get<T>(address: string, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(address, signal ? { signal } : {});
  } catch (e) {
    if (signal?.aborted) throw e;
    throw new ApiError(0, 'This node does not answer.');
  }
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new ApiError(response.status, text.trim() || `The node answered with status ${response.status}.`);
  }
  if (response.ok) return body as T;
  const said = (body as { error?: string }).error;
  throw new ApiError(response.status, said ?? `The node answered with status ${response.status}.`);
}

export interface Self {
  nodeId: number;
  clusterId: string;
  messages: boolean;
}

export interface Endpoint {
  listener: string;
  host: string;
  port: number;
  securityProtocol: string;
}

export interface Broker {
  brokerId: number;
  fenced: boolean;
  listeners: Endpoint[];
  rpc: Endpoint | null;
  rack: string;
  leaders: number;
  replicas: number;
  standing: string;
}

export interface Cluster {
  clusterId: string;
  controllerId: number;
  brokers: Broker[];
  topics: number;
  partitions: number;
  underReplicated: number;
  offline: number;
  features: Record<string, number>;
}

export interface TopicSummary {
  name: string;
  partitions: number;
  replicationFactor: number;
  internal: boolean;
  underReplicated: number;
  offline: number;
  underMinIsr: number;
  atMinIsr: number;
  overrides: number;
}

export interface Partition {
  partition: number;
  leader: number;
  leaderEpoch: number;
  replicas: number[];
  isr: number[];
  eligibleLeaders: number[];
  adding: number[];
  removing: number[];
}

export interface Topic {
  name: string;
  topicId: string;
  internal: boolean;
  partitions: Partition[];
  configs: Record<string, string>;
  minInsyncReplicas: number;
}

export interface Offsets {
  partitions: { partition: number; startOffset: number | null; endOffset: number | null }[];
}

export interface Config {
  key: string;
  type: string;
  readOnly: boolean;
  sensitive: boolean;
  doc: string;
  synonyms: { key: string; value: string | null; source: string }[];
}

export interface Missing {
  brokerId: number;
  why: string;
}

export interface LogDirs {
  brokers: {
    brokerId: number;
    logDirs: {
      path: string;
      online: boolean;
      totalBytes: number;
      usableBytes: number;
      replicas: number;
      replicaBytes: number;
      moving: number;
    }[];
  }[];
  missing: Missing[];
}

export interface ListedGroup {
  group: string;
  state: string;
  type: string;
  protocolType: string;
  coordinator: number;
}

export interface Groups {
  groups: ListedGroup[];
  missing: Missing[];
}

export interface Member {
  memberId: string;
  instanceId: string;
  clientId: string;
  clientHost: string;
  assigned: { topic: string; partition: number }[];
}

export interface GroupPartition {
  topic: string;
  partition: number;
  offset: number;
  committedMs: number;
  memberId: string | null;
  startOffset: number | null;
  endOffset: number | null;
  lag: number | null;
  oldestUnreadMs: number | null;
}

export interface Group {
  group: ListedGroup;
  coordinator: number;
  assignor: string;
  members: Member[];
  partitions: GroupPartition[];
  lag: number;
  refusedTopics: string[];
  atMs: number;
}

export interface LagHistory {
  points: { atMs: number; records: number | null; seconds: number | null }[];
  missing: Missing[];
}

export interface Voter {
  nodeId: number;
  peerAddress: string;
  rpcAddress: string;
  matchIndex: number;
  lastContactMs: number;
  state: {
    appliedIndex: number;
    snapshotIndex: number;
    diskUsableBytes: number;
    diskTotalBytes: number;
    notReadyBecause: string;
  } | null;
}

export interface Quorum {
  clusterId: string;
  leaderId: number;
  term: number;
  committedIndex: number;
  answering: { nodeId: number } | null;
  voters: Voter[];
  problems: { what: string; remedy: string }[];
  mismatches: { member: string; index: number; expected: string; found: string }[];
}

export interface Event {
  index: number;
  sequence: number;
  atMs: number;
  kind: string;
  cause: string;
  text: string;
  topic: string;
  partition: number;
  brokers: number[];
  leader: number;
  isr: number[];
  toldBy: number;
  group: string;
}

export interface Events {
  events: Event[];
  more: boolean;
}

export interface Moves {
  partitions: { topic: string; partition: number; adding: number[]; removing: number[]; isr: number[] }[];
}

export interface Bytes {
  text?: string;
  base64?: string;
  sizeBytes: number;
  cut: boolean;
}

export interface RecordShown {
  partition: number;
  offset: number;
  timestampMs: number;
  key: Bytes | null;
  value: Bytes | null;
  headers: { key: string; value: Bytes | null }[];
}

export interface Records {
  records: RecordShown[];
  partitions: {
    partition: number;
    startOffset: number;
    endOffset: number;
    fromOffset: number;
    nextOffset: number;
    problem: string | null;
  }[];
  scanned: number;
}
