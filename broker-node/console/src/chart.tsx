import { useState } from 'preact/hooks';
import { clockTime, count } from './format';

const WIDTH = 800;
const HEIGHT = 180;
const LEFT = 8;
const BOTTOM = 22;

/** A number over time. The pointer, or the arrow keys, read single values. */
export function LineChart({ points, label, unit }: { points: [number, number][]; label: string; unit: string }) {
  const [picked, setPicked] = useState<number | undefined>();
  if (points.length < 2) return <p class="empty">{label}: it is drawn here as it goes on, from now.</p>;
  const first = points[0]![0];
  const last = points[points.length - 1]![0];
  const top = Math.max(1, ...points.map((point) => point[1]));
  const x = (at: number) => LEFT + ((at - first) / Math.max(1, last - first)) * (WIDTH - 2 * LEFT);
  const y = (value: number) => 10 + (1 - value / top) * (HEIGHT - BOTTOM - 10);
  const line = points.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const now = points[points.length - 1]![1];
  const shown = picked === undefined ? undefined : points[Math.min(picked, points.length - 1)];

  const pick = (event: MouseEvent & { currentTarget: SVGSVGElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = ((event.clientX - box.left) / box.width) * WIDTH;
    let best = 0;
    points.forEach((point, i) => {
      if (Math.abs(x(point[0]) - at) < Math.abs(x(points[best]![0]) - at)) best = i;
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
            {clockTime(shown[0])}: <strong>{count(shown[1])}</strong> {unit}
          </>
        ) : (
          <>
            {label}: <strong>{count(now)}</strong> {unit} now, {count(top === 1 ? Math.max(...points.map((p) => p[1])) : top)} at most since {clockTime(first)}
          </>
        )}
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${label}, ${count(now)} ${unit} now. The arrow keys read single values.`} tabIndex={0} onMouseMove={pick} onMouseLeave={() => setPicked(undefined)} onBlur={() => setPicked(undefined)} onKeyDown={key}>
        <line class="axis" x1={LEFT} x2={WIDTH - LEFT} y1={y(0)} y2={y(0)} />
        <line class="grid" x1={LEFT} x2={WIDTH - LEFT} y1={y(top)} y2={y(top)} />
        <polygon class="area" points={`${x(first)},${y(0)} ${line} ${x(last)},${y(0)}`} />
        <polyline class="line" points={line} />
        {shown && <circle class="dot" cx={x(shown[0])} cy={y(shown[1])} r="4" />}
        <text x={LEFT} y={HEIGHT - 6}>
          {clockTime(first)}
        </text>
        <text x={WIDTH - LEFT} y={HEIGHT - 6} text-anchor="end">
          {clockTime(last)}
        </text>
      </svg>
    </figure>
  );
}
