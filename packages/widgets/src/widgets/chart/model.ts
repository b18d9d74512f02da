// What a chart shows, worked out from its props: no drawing, no DOM.

export type ChartModel = {
  /** One for each place on the x axis: what the axis says there. */
  labels: string[];
  series: Series[];
  /** The values the y axis spans, rounded outwards to ticks. */
  domain: [low: number, high: number];
  ticks: number[];
  hideXAxis: boolean;
  showYAxis: boolean;
  showLegend: boolean;
  showTooltip: boolean;
  barGap: number;
  barCategoryGap: number | undefined;
};

export type Series = {
  type: 'bar' | 'area' | 'line';
  label: string;
  color: string;
  curve: string;
  /** Series of bars with the same slot stand on each other. */
  slot: string;
  /** The value at each place, or null where there is none. */
  values: (number | null)[];
  /** Where each value is drawn: from and to. Of a stacked series, on top of those before it. */
  spans: ([from: number, to: number] | null)[];
};

/** More than anyone can read in a chat; drawing must stay cheap whatever a server sends. */
const maxRows = 1000;
const maxSeries = 24;
const tokens = ['blue', 'purple', 'orange', 'green', 'red', 'yellow', 'pink'];

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
const own = (row: Json, key: string): unknown => (Object.hasOwn(row, key) ? row[key] : undefined);
const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';
const pixels = (value: unknown, most: number): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? Math.min(most, Math.max(0, value)) : undefined;

function numberOf(value: unknown): number | null {
  const number =
    typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  // Beyond this, adding and subtracting to place ticks no longer means anything.
  return Number.isFinite(number) && Math.abs(number) < 1e15 ? number : null;
}

/** Reads the props of a Chart. Whatever is not as it should be is left out; the result can always be drawn. */
export function chartModel(node: Json, color: (value: unknown) => string | undefined): ChartModel {
  const rows = objects(node.data).slice(0, maxRows);
  const axis: Json = isObject(node.xAxis) ? node.xAxis : { dataKey: node.xAxis };
  const names = isObject(axis.labels) ? axis.labels : {};
  const labels = rows.map((row) => {
    const value = textOf(own(row, textOf(axis.dataKey)));
    return textOf(own(names, value)) || value;
  });

  // Bars and areas stack apart: a bar cannot stand on an area. Below zero they pile downwards.
  const piles = new Map<string, { up: number[]; down: number[] }>();
  const series: Series[] = [];
  for (const [index, given] of objects(node.series).slice(0, maxSeries).entries()) {
    const type = (['bar', 'area', 'line'] as const).find((name) => name === given.type);
    const key = textOf(given.dataKey);
    if (!type || !key) continue;
    const values = rows.map((row) => numberOf(own(row, key)));
    const stack = type === 'line' ? '' : textOf(given.stack);
    const slot = stack ? `${type}/${stack}` : `${type}#${index}`;
    const pile = piles.get(slot) ?? { up: rows.map(() => 0), down: rows.map(() => 0) };
    piles.set(slot, pile);
    series.push({
      type,
      label: textOf(given.label) || key,
      color: color(given.color) ?? `var(--w-chart-${tokens[series.length % tokens.length]})`,
      curve: textOf(given.curveType) || (type === 'bar' ? '' : 'monotone'),
      slot,
      values,
      spans: values.map((value, at) => {
        if (value === null) return null;
        const side = value < 0 ? pile.down : pile.up;
        const from = side[at]!;
        side[at] = from + value;
        return [from, from + value];
      }),
    });
  }

  const { domain, ticks } = scaleOf(series);
  return {
    labels,
    series,
    domain,
    ticks,
    hideXAxis: axis.hide === true,
    showYAxis: node.showYAxis === true,
    showLegend: node.showLegend !== false,
    showTooltip: node.showTooltip !== false,
    barGap: pixels(node.barGap, 100) ?? 3,
    barCategoryGap: pixels(node.barCategoryGap, 200),
  };
}

function scaleOf(series: Series[]): { domain: [number, number]; ticks: number[] } {
  // Lines are read by their slope and may leave zero out when all of them lie far from it; lengths and areas may not.
  const onlyLines = series.every(({ type }) => type === 'line');
  const ends = series.flatMap(({ spans }) => spans.flatMap((span) => (span ? (onlyLines ? [span[1]] : span) : [])));
  if (ends.length === 0) return { domain: [0, 1], ticks: [0, 1] };
  let low = ends.reduce((a, b) => Math.min(a, b));
  let high = ends.reduce((a, b) => Math.max(a, b));
  if (!onlyLines || (low > 0 && low < high * 0.5)) low = Math.min(0, low);
  if (!onlyLines) high = Math.max(0, high);
  if (low === high) [low, high] = low === 0 ? [0, 1] : [Math.min(0, low), Math.max(0, high)];
  const ticks = niceTicks(low, high, 4);
  return { domain: [ticks[0]!, ticks.at(-1)!], ticks };
}

/** Round numbers from below `low` to above `high`, about `count` steps apart. */
export function niceTicks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999) ?? rough;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}
