import { useState } from 'preact/hooks';
import { clockTime, time } from './format';

/** A time, and the value then; null: unknown. */
export type Point = [number, number | null];

const WIDTH = 800;
const HEIGHT = 190;
const LEFT = 8;
const TOP = 22;
const BOTTOM = 22;
const DAY_MS = 86_400_000;

/** Lines end at what is unknown, and where nothing was told for long. */
function pieces(points: Point[], longestGapMs: number): [number, number][][] {
  const all: [number, number][][] = [];
  let last: number | undefined;
  for (const [at, value] of points) {
    if (value === null) last = undefined;
    else {
      if (last === undefined || at - last > longestGapMs) all.push([]);
      all[all.length - 1]!.push([at, value]);
      last = at;
    }
  }
  return all;
}

/** A number over time. The pointer, or the arrow keys, read single values. */
export function LineChart({ points, label, show, longestGapMs }: { points: Point[]; label: string; show: (value: number) => string; longestGapMs: number }) {
  const [picked, setPicked] = useState<number | undefined>();
  const lines = pieces(points, longestGapMs);
  if (points.length < 2 || lines.length === 0) return <p class="empty">{label}: it is drawn here as it goes on, from now.</p>;
  const first = points[0]![0];
  const last = points[points.length - 1]![0];
  const most = Math.max(...points.map((point) => point[1] ?? 0));
  const top = Math.max(1, most);
  const x = (at: number) => LEFT + ((at - first) / Math.max(1, last - first)) * (WIDTH - 2 * LEFT);
  const y = (value: number) => TOP + (1 - value / top) * (HEIGHT - BOTTOM - TOP);
  const at = (ms: number) => (last - first < DAY_MS && time(first).slice(0, 10) === time(last).slice(0, 10) ? clockTime(ms) : time(ms).slice(5, 16));
  const said = (value: number | null) => (value === null ? 'unknown' : show(value));
  const now = points[points.length - 1]![1];
  const shown = picked === undefined ? undefined : points[Math.min(picked, points.length - 1)];

  const pick = (event: MouseEvent & { currentTarget: SVGSVGElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    const where = ((event.clientX - box.left) / box.width) * WIDTH;
    let best = 0;
    points.forEach((point, i) => {
      if (Math.abs(x(point[0]) - where) < Math.abs(x(points[best]![0]) - where)) best = i;
    });
    setPicked(best);
  };
  const key = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
    if (step === 0) return;
    event.preventDefault();
    setPicked((old) => Math.max(0, Math.min(points.length - 1, (old ?? points.length - 1) + step)));
  };

  return (
    <figure class="chart">
      <figcaption aria-live="polite">
        {shown ? (
          <>
            {at(shown[0])}: <strong>{said(shown[1])}</strong>
          </>
        ) : (
          <>
            {label}: <strong>{said(now)}</strong> now, {show(most)} at most since {at(first)}
          </>
        )}
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${label}, ${said(now)} now. The arrow keys read single values.`} tabIndex={0} onMouseMove={pick} onMouseLeave={() => setPicked(undefined)} onBlur={() => setPicked(undefined)} onKeyDown={key}>
        <line class="axis" x1={LEFT} x2={WIDTH - LEFT} y1={y(0)} y2={y(0)} />
        <line class="grid" x1={LEFT} x2={WIDTH - LEFT} y1={y(top)} y2={y(top)} />
        {lines.map((line) => {
          const [from, to] = [x(line[0]![0]), x(line[line.length - 1]![0])];
          const path = line.map(([when, value]) => `${x(when).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
          return (
            <g key={line[0]![0]}>
              <polygon class="area" points={`${from},${y(0)} ${path} ${to},${y(0)}`} />
              {line.length === 1 ? <circle class="dot" cx={from} cy={y(line[0]![1])} r="2" /> : <polyline class="line" points={path} />}
            </g>
          );
        })}
        {shown && <line class="grid" x1={x(shown[0])} x2={x(shown[0])} y1={y(top)} y2={y(0)} />}
        {shown && shown[1] !== null && <circle class="dot" cx={x(shown[0])} cy={y(shown[1])} r="4" />}
        <text x={LEFT} y={TOP - 7}>
          {show(top)}
        </text>
        <text x={LEFT} y={HEIGHT - 6}>
          {at(first)}
        </text>
        <text x={WIDTH - LEFT} y={HEIGHT - 6} text-anchor="end">
          {at(last)}
        </text>
      </svg>
    </figure>
  );
}
