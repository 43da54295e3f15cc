// The plots of docs/benchmarks.md as SVG, in colors that are legible on light and dark pages.
import { isMet, type Chapter } from '../../test/bench/report.ts';

const [WIDTH, HEIGHT, LEFT, TOP, RIGHT] = [880, 260, 60, 30, 30];
const BASE = HEIGHT - 30;
const [MET, MISSED, PLAIN] = ['#1a7f37', '#cf222e', '#0969da'];
const LINES = [
  { name: 'before', color: '#9a6700' },
  { name: 'now', color: '#0969da' },
  { name: 'of them from the database', color: '#cf222e' },
] as const;
const STEP_MINUTES = 5;

/** Each series holds requests a second, by minute of the day; of each five minutes the busiest is drawn. */
export function drawPolls({
  before,
  after,
  reads,
}: Readonly<Record<'before' | 'after' | 'reads', readonly number[]>>) {
  const series = [before, after, reads];
  const top = roundUp(Math.max(...series.flat()));
  const x = (minute: number) => LEFT + (minute / before.length) * (WIDTH - LEFT - RIGHT);
  const y = (rate: number) => BASE - (rate / top) * (BASE - TOP);
  const line = (values: readonly number[], color: string) => {
    const points: string[] = [];
    for (let minute = 0; minute < values.length; minute += STEP_MINUTES) {
      const rate = Math.max(...values.slice(minute, minute + STEP_MINUTES));
      points.push(`${x(minute).toFixed(0)},${y(rate).toFixed(1)}`);
    }
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-width="1.5"/>`;
  };
  const hours = [0, 6, 12, 18, 24].map(
    (hour) => `<text x="${x(hour * 60).toFixed(0)}" y="${BASE + 18}" text-anchor="middle">${hour}:00</text>`,
  );
  const rates = [0, top / 2, top].map(
    (rate) =>
      `<text x="${LEFT - 6}" y="${(y(rate) + 4).toFixed(1)}" text-anchor="end">${rate.toLocaleString('en')}</text>`,
  );
  const legend = LINES.map(
    ({ name, color }, n) => `<text x="${LEFT + 10 + n * 130}" y="16" fill="${color}">${name}</text>`,
  );
  return svg(HEIGHT, 'Polls a second by a million copies through a day', [
    `<path d="M${LEFT} ${TOP}V${BASE}H${WIDTH - RIGHT}" fill="none" stroke="#6e7781"/>`,
    ...hours,
    ...rates,
    ...legend,
    ...LINES.map(({ color }, n) => line(series[n] ?? [], color)),
  ]);
}

/** The next of 1, 2, 4, 6, 8 and their tens, so that it and its half are round. */
function roundUp(value: number): number {
  const ten = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 6, 8].find((step) => step * ten >= value) ?? 10) * ten;
}

const [LABELS, ROW] = [515, 24];

/** Every ratio as its median and range on a logarithmic axis, with its goal as a line. */
export function drawRatios(chapters: readonly Chapter[]): string {
  const findings = chapters.flatMap((chapter) =>
    chapter.findings.map((one) => ({ ...one, of: chapter.title })),
  );
  const reach = findings.flatMap(({ min, max, goal }) => [min, max, goal?.atLeast ?? 1, goal?.atMost ?? 1]);
  const [from, to] = [Math.min(...reach), Math.max(...reach)].map(Math.log) as [number, number];
  const x = (ratio: number) =>
    (LABELS + ((Math.log(ratio) - from) / (to - from)) * (WIDTH - LABELS - RIGHT)).toFixed(1);
  const height = TOP + findings.length * ROW + 30;
  const rows = findings.flatMap((finding, n) => {
    const { what, of, median, min, max, goal } = finding;
    const y = TOP + n * ROW + ROW / 2;
    const color = goal ? (isMet(finding) ? MET : MISSED) : PLAIN;
    const limit = goal?.atLeast ?? goal?.atMost;
    return [
      `<text x="${LABELS - 10}" y="${y + 4}" text-anchor="end">${of.split(/[:,;]/)[0] ?? ''}: ${what}</text>`,
      `<path d="M${x(min)} ${y}H${x(max)}" stroke="${color}" stroke-width="3"/>`,
      `<circle cx="${x(median)}" cy="${y}" r="5" fill="${color}"/>`,
      ...(limit === undefined
        ? []
        : [`<path d="M${x(limit)} ${y - 9}V${y + 9}" stroke="#9a6700" stroke-width="2"/>`]),
    ];
  });
  const ticks = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50].filter(
    (at) => Math.log(at) >= from && Math.log(at) <= to,
  );
  const axis = ticks.flatMap((at) => [
    `<path d="M${x(at)} ${TOP}V${height - 24}" stroke="#6e7781" stroke-opacity="0.3"/>`,
    `<text x="${x(at)}" y="${height - 8}" text-anchor="middle">${at} ×</text>`,
  ]);
  return svg(height, 'Ratios of the companion to what it is compared with', [
    `<text x="${LABELS}" y="16">median and range; a line is the goal, green met, red missed</text>`,
    ...axis,
    ...rows,
  ]);
}

function svg(height: number, title: string, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" fill="#6e7781">
<title>${title}</title>
${parts.join('\n')}
</svg>
`;
}
