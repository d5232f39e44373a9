import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, get } from './api';

export interface Polled<T> {
  data: T | undefined;
  error: ApiError | undefined;
  /** When data came. */
  at: number | undefined;
  again: () => void;
}

/** Asks again and again while the page is looked at; what was answered last stays when the node does not answer any more. */
export function usePoll<T>(address: string | undefined, everyMs: number): Polled<T> {
  const [state, setState] = useState<{ address?: string; data?: T; error?: ApiError; at?: number }>({});
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (address === undefined) return;
    const abort = new AbortController();
    let timer: number | undefined;
    const ask = async () => {
      try {
        const data = await get<T>(address, abort.signal);
        setState({ address, data, at: Date.now() });
      } catch (e) {
        if (abort.signal.aborted) return;
        const error = e instanceof ApiError ? e : new ApiError(0, String(e));
        setState((old) => (old.address === address ? { ...old, error } : { address, error }));
      }
      if (!abort.signal.aborted) timer = window.setTimeout(whenSeen, everyMs);
    };
    const whenSeen = () => {
      if (document.hidden) document.addEventListener('visibilitychange', whenSeen, { once: true });
      else void ask();
    };
    void ask();
    return () => {
      abort.abort();
      window.clearTimeout(timer);
      document.removeEventListener('visibilitychange', whenSeen);
    };
  }, [address, everyMs, turn]);
  const mine = state.address === address;
  return {
    data: mine ? state.data : undefined,
    error: mine ? state.error : undefined,
    at: mine ? state.at : undefined,
    again: () => setTurn((n) => n + 1),
  };
}

export interface Place {
  path: string[];
  query: URLSearchParams;
}

function place(): Place {
  const [path = '', query = ''] = window.location.hash.replace(/^#/, '').split('?');
  const parts = path.split('/').filter((part) => part !== '');
  return { path: parts.map(safeDecode), query: new URLSearchParams(query) };
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Where the page is, from the address behind the #. */
export function usePlace(): Place {
  const [now, setNow] = useState(place);
  useEffect(() => {
    const changed = () => setNow(place());
    window.addEventListener('hashchange', changed);
    return () => window.removeEventListener('hashchange', changed);
  }, []);
  return now;
}

export function link(...parts: (string | number)[]): string {
  return '#/' + parts.map((part) => encodeURIComponent(String(part))).join('/');
}

/** The last values of a number that is asked for again and again, with their times. */
export function useHistory(key: string, value: number | null, at: number, most = 720): [number, number | null][] {
  const kept = useRef(new Map<string, [number, number | null][]>());
  const points = kept.current.get(key) ?? [];
  const last = points[points.length - 1];
  if (last === undefined || last[0] < at) {
    points.push([at, value]);
    if (points.length > most) points.shift();
    kept.current.set(key, points);
  }
  return points;
}
