import type { ComponentChildren } from 'preact';
import { useEffect, useId, useState } from 'preact/hooks';
import type { Missing } from './api';
import type { Polled } from './hooks';
import { clockTime, count } from './format';

export type Tone = 'good' | 'warn' | 'bad' | 'plain' | 'info';

export function Badge({ tone = 'plain', children }: { tone?: Tone; children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

export function Stat({ label, value, tone = 'plain', href, note }: { label: string; value: ComponentChildren; tone?: Tone; href?: string; note?: string }) {
  const inner = (
    <>
      <span class="stat-label">{label}</span>
      <span class={`stat-value ${tone}`}>{value}</span>
      {note && <span class="stat-note">{note}</span>}
    </>
  );
  return href ? (
    <a class="stat" href={href}>
      {inner}
    </a>
  ) : (
    <div class="stat">{inner}</div>
  );
}

export function Page({ title, sub, actions, children }: { title: ComponentChildren; sub?: ComponentChildren; actions?: ComponentChildren; children: ComponentChildren }) {
  return (
    <>
      <header class="page-head">
        <div class="page-title">
          <h1 tabIndex={-1}>{title}</h1>
          {sub && <p class="sub">{sub}</p>}
        </div>
        {actions && <div class="actions">{actions}</div>}
      </header>
      {children}
    </>
  );
}

export function Card({ title, children, extra }: { title?: string; children: ComponentChildren; extra?: ComponentChildren }) {
  return (
    <section class="card" aria-label={title}>
      {(title || extra) && (
        <div class="card-head">
          {title && <h2>{title}</h2>}
          {extra}
        </div>
      )}
      {children}
    </section>
  );
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

/** What was answered, or what is to be said instead; what was answered before stays below the bad news. */
export function Loaded<T>({ of, children }: { of: Polled<T>; children: (data: T) => ComponentChildren }) {
  const { data, error, at } = of;
  return (
    <>
      {error && (
        <div class="notice bad" role="alert">
          <span>
            {error.message}
            {data !== undefined && at !== undefined && <> Below is what it was at {clockTime(at)}.</>}
          </span>
          <button type="button" onClick={of.again}>
            Try again
          </button>
        </div>
      )}
      {data !== undefined ? <div class={error ? 'stale' : undefined}>{children(data)}</div> : !error && <p class="loading" role="status">Loading…</p>}
    </>
  );
}

export function Unanswered({ missing }: { missing: Missing[] }) {
  if (missing.length === 0) return null;
  return (
    <div class="notice warn" role="status">
      <span>Not all is shown: {missing.map((each) => each.why.startsWith('broker') ? each.why : `broker ${each.brokerId}: ${each.why}`).join('; ')}.</span>
    </div>
  );
}

export interface Column<T> {
  name: string;
  /** What is shown. */
  cell: (row: T) => ComponentChildren;
  /** What it is sorted by; without it, it is not. */
  by?: (row: T) => string | number;
  number?: boolean;
  wide?: boolean;
}

const ROWS = 100;

/** Sorts by a click on a column's name, finds what contains a text, and shows a hundred rows at a time. */
export function Table<T>({
  rows,
  columns,
  rowKey,
  find,
  findLabel = 'Find',
  empty,
  caption,
  filters,
}: {
  rows: T[];
  columns: Column<T>[];
  rowKey: (row: T) => string | number;
  find?: (row: T) => string;
  findLabel?: string;
  empty: ComponentChildren;
  caption: string;
  filters?: ComponentChildren;
}) {
  const [sort, setSort] = useState<{ column: string; down: boolean } | undefined>();
  const [text, setText] = useState('');
  const [page, setPage] = useState(0);
  const id = useId();

  const wanted = text.trim().toLowerCase();
  let shown = find && wanted ? rows.filter((row) => find(row).toLowerCase().includes(wanted)) : rows;
  const by = columns.find((column) => column.name === sort?.column)?.by;
  if (by) {
    shown = [...shown].sort((a, b) => {
      const [x, y] = [by(a), by(b)];
      const order = typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y), 'en', { numeric: true });
      return sort?.down ? -order : order;
    });
  }
  const pages = Math.max(1, Math.ceil(shown.length / ROWS));
  const at = Math.min(page, pages - 1);
  useEffect(() => setPage(0), [wanted]);

  const sortBy = (column: Column<T>) =>
    setSort((old) => (old?.column === column.name ? (old.down === !!column.number ? { column: column.name, down: !old.down } : undefined) : { column: column.name, down: !!column.number }));

  return (
    <>
      {(find || filters) && (
        <div class="tools">
          {find && (
            <label class="find" for={id}>
              <span class="visually-hidden">{findLabel}</span>
              <input id={id} type="search" placeholder={findLabel} value={text} onInput={(e) => setText(e.currentTarget.value)} />
            </label>
          )}
          {filters}
          {wanted && (
            <span class="muted" role="status">
              {count(shown.length)} of {count(rows.length)}
            </span>
          )}
        </div>
      )}
      {shown.length === 0 ? (
        <Empty>{rows.length > 0 ? 'Nothing fits.' : empty}</Empty>
      ) : (
        <div class="scroll" role="region" aria-label={caption} tabIndex={0}>
          <table>
            <caption class="visually-hidden">{caption}</caption>
            <thead>
              <tr>
                {columns.map((column) => {
                  const sorted = sort?.column === column.name;
                  return (
                    <th key={column.name} scope="col" class={column.number ? 'number' : undefined} aria-sort={sorted ? (sort?.down ? 'descending' : 'ascending') : undefined}>
                      {column.by ? (
                        <button type="button" class="sort" onClick={() => sortBy(column)}>
                          {column.name}
                          <span class="arrow" aria-hidden="true">
                            {sorted ? (sort?.down ? '▾' : '▴') : ''}
                          </span>
                        </button>
                      ) : (
                        column.name
                      )}
                    </th>
                  );
                })}
              </tr>
            </thead>
            <tbody>
              {shown.slice(at * ROWS, (at + 1) * ROWS).map((row) => (
                <tr key={rowKey(row)}>
                  {columns.map((column) => (
                    <td key={column.name} class={column.number ? 'number' : column.wide ? 'wide' : undefined}>
                      {column.cell(row)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {pages > 1 && (
        <nav class="pages" aria-label={`Pages of ${caption}`}>
          <button type="button" disabled={at === 0} onClick={() => setPage(at - 1)}>
            ‹ Back
          </button>
          <span>
            {count(at * ROWS + 1)}–{count(Math.min(shown.length, (at + 1) * ROWS))} of {count(shown.length)}
          </span>
          <button type="button" disabled={at === pages - 1} onClick={() => setPage(at + 1)}>
            Next ›
          </button>
        </nav>
      )}
    </>
  );
}

/** Links that look like tabs: each is a place of its own. */
export function Tabs({ label, tabs, now }: { label: string; tabs: { name: string; href: string; key: string }[]; now: string }) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <a key={tab.key} href={tab.href} aria-current={tab.key === now ? 'page' : undefined}>
          {tab.name}
        </a>
      ))}
    </nav>
  );
}

export function Meter({ used, total, label }: { used: number; total: number; label: string }) {
  const share = total > 0 ? Math.min(1, used / total) : 0;
  const tone = share > 0.95 ? 'bad' : share > 0.85 ? 'warn' : 'good';
  return (
    <span class="meter" role="img" aria-label={label} title={label}>
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect class="track" width="100" height="6" />
        <rect class={tone} width={Math.max(share * 100, total > 0 ? 1 : 0)} height="6" />
      </svg>
    </span>
  );
}

export function Facts({ facts }: { facts: [string, ComponentChildren][] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
