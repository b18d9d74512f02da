import { expect, it } from 'vitest';
import { chartModel, niceTicks } from '../../src/widgets/chart/model.ts';
import { areaPath, barPath, linePath } from '../../src/widgets/chart/shapes.ts';
import { color } from '../../src/widgets/values.ts';

const model = (node: object) => chartModel(node as Record<string, unknown>, (value) => color(value, 'chart'));
const data = [
  { month: 'a', x: 10, y: 5, z: -3 },
  { month: 'b', x: 20, y: '7', z: null },
];

it('series that share a stack stand on each other, by kind and by sign', () => {
  const { series, domain } = model({
    data,
    xAxis: 'month',
    series: [
      { type: 'bar', dataKey: 'x', label: 'X', stack: 's' },
      { type: 'bar', dataKey: 'y', label: null, stack: 's' },
      { type: 'bar', dataKey: 'z', label: 'Z', stack: 's' },
      { type: 'area', dataKey: 'x', label: 'A', stack: 's' },
    ],
  });
  expect(series.map(({ spans }) => spans)).toEqual([
    [
      [0, 10],
      [0, 20],
    ],
    [
      [10, 15],
      [20, 27],
    ],
    [[0, -3], null],
    [
      [0, 10],
      [0, 20],
    ],
  ]);
  expect(series[1]!.label).toBe('y');
  expect(domain).toEqual([-10, 30]);
});

it('colours: as given, by scheme, or in turn', () => {
  const { series } = model({
    data,
    xAxis: 'month',
    series: [
      { type: 'line', dataKey: 'x', label: '' },
      { type: 'line', dataKey: 'x', label: '', color: 'pink' },
      { type: 'line', dataKey: 'x', label: '', color: { light: '#a00', dark: 'url(x)' } },
      { type: 'line', dataKey: 'x', label: '', color: 'url(x)' },
    ],
  });
  expect(series.map((one) => one.color)).toEqual([
    'var(--w-chart-blue)',
    'var(--w-chart-pink)',
    '#a00',
    'var(--w-chart-green)',
  ]);
});

it('the axis renames what its map names', () => {
  expect(model({ data, series: [], xAxis: { dataKey: 'month', labels: { a: 'January' }, hide: true } })).toMatchObject({
    labels: ['January', 'b'],
    hideXAxis: true,
    showLegend: true,
    showTooltip: true,
    showYAxis: false,
  });
});

it('lines far from zero keep their slope; bars keep their length', () => {
  const at = (type: string) =>
    model({
      data: [
        { k: 'a', v: 980 },
        { k: 'b', v: 1000 },
      ],
      xAxis: 'k',
      series: [{ type, dataKey: 'v', label: 'v' }],
    }).domain;
  expect(at('line')[0]).toBeGreaterThan(900);
  expect(at('bar')[0]).toBe(0);
});

it.each([
  {},
  { data: 'x', series: 7, xAxis: null },
  { data: [null, 1, [], { k: {} }], series: [null, { type: 'pie', dataKey: 'k' }, { type: 'bar' }], xAxis: [] },
  {
    data: [
      { k: 'a', v: 1e300 },
      { k: 'b', v: Number.NaN },
      { k: 'c', v: '' },
    ],
    series: [{ type: 'bar', dataKey: 'v' }],
    xAxis: 'k',
  },
  { data: [{ k: 'a', v: 0 }], series: [{ type: 'line', dataKey: 'v', curveType: 'constructor' }], xAxis: '__proto__' },
  { data: [{ constructor: 'a' }], series: [{ type: 'area', dataKey: 'toString', stack: {} }], xAxis: 'constructor' },
])('hostile props %# still make a chart that can be drawn', (node) => {
  const { ticks, domain, series } = model(node);
  expect(ticks.length).toBeGreaterThan(1);
  expect(domain.every(Number.isFinite)).toBe(true);
  expect(domain[0]).toBeLessThan(domain[1]);
  for (const one of series) {
    const points = one.spans.map((span, x) => (span ? { x, from: span[0], to: span[1] } : null));
    expect(linePath(points, one.curve) + areaPath(points, one.curve)).not.toMatch(/NaN|Infinity/);
  }
});

it('at most a thousand rows are drawn', () => {
  const many = Array.from({ length: 5000 }, (_, index) => ({ k: index, v: index }));
  expect(model({ data: many, xAxis: 'k', series: [{ type: 'bar', dataKey: 'v', label: 'v' }] }).labels).toHaveLength(
    1000,
  );
});

it('ticks are round and reach over both ends', () => {
  expect(niceTicks(0, 97, 4)).toEqual([0, 25, 50, 75, 100]);
  expect(niceTicks(-3, 12, 4)).toEqual([-5, 0, 5, 10, 15]);
  expect(niceTicks(0.1, 0.3, 4)).toEqual([0.1, 0.15, 0.2, 0.25, 0.3]);
});

it('a line breaks where a value is missing; every documented curve draws', () => {
  const points = [
    { x: 0, from: 0, to: 1 },
    { x: 1, from: 0, to: 2 },
    null,
    { x: 3, from: 0, to: 1 },
    { x: 4, from: 0, to: 2 },
  ];
  expect(linePath(points, 'linear').match(/M/g)).toHaveLength(2);
  const whole = [0, 1, 2, 3, 4].map((x) => ({ x, from: 0, to: x % 2 }));
  const drawn = [
    'basis',
    'basisClosed',
    'basisOpen',
    'bumpX',
    'bumpY',
    'bump',
    'linear',
    'linearClosed',
    'natural',
    'monotoneX',
    'monotoneY',
    'monotone',
    'step',
    'stepBefore',
    'stepAfter',
  ].map((curve) => linePath(whole, curve));
  expect(drawn.every((path) => path.startsWith('M'))).toBe(true);
  expect(new Set(drawn).size).toBe(13); // bump = bumpX, monotone = monotoneX
});

it('the rounded end of a bar is its outer one, and never larger than the bar', () => {
  expect(barPath(0, 10, 20, 30, 4, true)).toBe('M0 40v-26a4 4 0 0 1 4 -4h12a4 4 0 0 1 4 4v26z');
  expect(barPath(0, 10, 20, 2, 4, false)).toContain('a2 2');
  expect(barPath(0, 10, 20, 30, 0, true)).toBe('M0 10h20v30h-20z');
});
