// The lazy part that draws charts: an ES module of its own, which is handed Preact by the main script. It must therefore not
// import Preact, nor JSX, at run time.

import type { ComponentChildren, ComponentType, VNode } from 'preact';
import type { ChartProps, ChartRuntime } from '../chart.tsx';
import { type ChartModel, chartModel, type Series } from './model.ts';
import { areaPath, barPath, linePath, type Point } from './shapes.ts';

/** Room a character of an axis takes, in px, at the axis' size. Near enough to tell which labels would collide. */
const characterWidth = 6.6;

/** Makes the chart component for the Preact it is given. */
export function createChart(runtime: ChartRuntime): ComponentType<ChartProps> {
  const { useLayoutEffect, useMemo, useRef, useState } = runtime;
  const h = runtime.h as Hyper;

  // Made once, for the one Preact there is.
  return function DrawnChart({ node, locale, color, say }: ChartProps): VNode {
    const model = useMemo(() => chartModel(node, color), [node, color]);
    const plot = useRef<HTMLDivElement>(null);
    const [size, setSize] = useState<{ width: number; height: number }>({ width: 0, height: 0 });
    const [at, setAt] = useState<number | null>(null);

    useLayoutEffect(() => {
      const box = plot.current!;
      const measure = () => setSize({ width: box.clientWidth, height: box.clientHeight });
      measure();
      const observer = new ResizeObserver(measure);
      observer.observe(box);
      return () => observer.disconnect();
    }, []);

    const short = numberFormat(locale, { notation: 'compact', maximumFractionDigits: 2 });
    const full = numberFormat(locale, { maximumFractionDigits: 6 });
    const view = layOut(model, size, short);
    const place = at === null ? null : Math.min(at, model.labels.length - 1);
    const shown = model.series.filter(({ values }) => place !== null && values[place] != null);

    const onPointer = (event: PointerEvent) => {
      const box = plot.current!.getBoundingClientRect();
      const index = Math.floor((event.clientX - box.left - view.left) / view.step);
      setAt(index >= 0 && index < model.labels.length ? index : null);
    };
    const onKeyDown = (event: KeyboardEvent) => {
      const last = model.labels.length - 1;
      const next: Record<string, number | null> = {
        ArrowRight: place === null ? 0 : Math.min(last, place + 1),
        ArrowLeft: place === null ? last : Math.max(0, place - 1),
        Home: 0,
        End: last,
        Escape: null,
      };
      if (!(event.key in next) || (event.key === 'Escape' && place === null)) return;
      event.preventDefault();
      event.stopPropagation();
      setAt(next[event.key]!);
    };

    const names = model.series.map(({ label }) => label).join(', ');
    const interactive = model.showTooltip && model.labels.length > 0;
    return h(
      'div',
      { class: 'ck-chart-in' },
      h(
        'div',
        {
          ref: plot,
          class: 'ck-plot',
          role: 'group',
          tabIndex: interactive ? 0 : undefined,
          'aria-label': `${say('widget.chart.label', { series: names })}${interactive ? `. ${say('widget.chart.keys')}` : ''}`,
          ...(interactive && {
            onPointerMove: onPointer,
            onPointerLeave: () => setAt(null),
            onKeyDown,
            onBlur: () => setAt(null),
          }),
        },
        size.width > 0 && drawing(h, model, view, size, place, short),
        place !== null && shown.length > 0 && tooltip(h, model, view, size, place, shown, full),
        h('span', { class: 'ck-sr', role: 'status' }, place === null ? '' : spoken(model, shown, place, full)),
      ),
      model.showLegend && model.series.length > 0 && legend(h, model),
      asTable(h, model, names, full),
    );
  };
}

type H = Hyper;
/** Preact's h, as far as it is used here: HTML and SVG elements only. */
type Hyper = (tag: string, props: Record<string, unknown> | null, ...children: ComponentChildren[]) => VNode;
type NumberFormat = (value: number) => string;
type View = {
  left: number;
  top: number;
  right: number;
  bottom: number;
  /** Width of one place on the x axis. */
  step: number;
  x(index: number): number;
  y(value: number): number;
};

function numberFormat(locale: string, options: Intl.NumberFormatOptions): NumberFormat {
  let format: Intl.NumberFormat;
  try {
    format = new Intl.NumberFormat(locale, options);
  } catch {
    format = new Intl.NumberFormat('en', options);
  }
  return (value) => format.format(value);
}

function layOut(model: ChartModel, size: { width: number; height: number }, short: NumberFormat): View {
  const widest = Math.max(0, ...model.ticks.map((tick) => short(tick).length));
  const left = model.showYAxis ? Math.ceil(widest * characterWidth) + 12 : 0;
  const [top, right] = [8, 0];
  const bottom = Math.max(top + 1, size.height - (model.hideXAxis ? 2 : 24));
  const step = Math.max(0, size.width - left - right) / Math.max(1, model.labels.length);
  const [low, high] = model.domain;
  return {
    left,
    top,
    right: size.width - right,
    bottom,
    step,
    x: (index) => left + step * (index + 0.5),
    y: (value) => bottom - ((value - low) / (high - low)) * (bottom - top),
  };
}

function drawing(
  h: H,
  model: ChartModel,
  view: View,
  size: { width: number; height: number },
  place: number | null,
  short: NumberFormat,
): VNode {
  const lines = model.ticks.map((tick) =>
    h('line', {
      class: tick === 0 ? 'ck-grid ck-grid-zero' : 'ck-grid',
      x1: view.left,
      x2: view.right,
      y1: Math.round(view.y(tick)) + 0.5,
      y2: Math.round(view.y(tick)) + 0.5,
    }),
  );
  const yAxis = model.showYAxis
    ? model.ticks.map((tick) =>
        h(
          'text',
          { class: 'ck-axis', x: view.left - 8, y: view.y(tick), 'text-anchor': 'end', dy: '0.35em' },
          short(tick),
        ),
      )
    : [];
  const widest = Math.max(1, ...model.labels.map((label) => Math.min(label.length, 16)));
  const every = Math.max(1, Math.ceil((widest * characterWidth + 10) / view.step));
  const xAxis = model.hideXAxis
    ? []
    : model.labels.map((label, index) =>
        index % every === 0
          ? h(
              'text',
              { class: 'ck-axis', x: view.x(index), y: view.bottom + 17, 'text-anchor': 'middle' },
              label.length > 16 ? `${label.slice(0, 15)}…` : label,
            )
          : null,
      );
  const hasBars = model.series.some(({ type }) => type === 'bar');
  const marker =
    place === null
      ? null
      : hasBars
        ? h('rect', {
            class: 'ck-cursor-band',
            x: view.x(place) - view.step / 2,
            y: view.top,
            width: view.step,
            height: view.bottom - view.top,
            rx: 4,
          })
        : h('line', { class: 'ck-cursor', x1: view.x(place), x2: view.x(place), y1: view.top, y2: view.bottom });
  // Areas lie at the back and lines in front, whatever their order: a line behind a bar could not be read.
  const areas = model.series.filter(({ type }) => type === 'area').map((series) => areaMarks(h, series, view));
  const strokes = model.series.filter(({ type }) => type === 'line').map((series) => lineMark(h, series, view));
  const dots =
    place === null
      ? []
      : model.series
          .filter(({ type, spans }) => type !== 'bar' && spans[place])
          .map((series) =>
            h('circle', {
              class: 'ck-dot',
              cx: view.x(place),
              cy: view.y(series.spans[place]![1]),
              r: 4,
              style: { fill: series.color },
            }),
          );
  return h(
    'svg',
    { class: 'ck-svg', width: size.width, height: size.height, 'aria-hidden': 'true', focusable: 'false' },
    ...lines,
    ...yAxis,
    ...xAxis,
    marker,
    ...areas,
    ...barMarks(h, model, view),
    ...strokes,
    ...dots,
  );
}

function pointsOf(series: Series, view: View): Point[] {
  return series.spans.map((span, index) =>
    span ? { x: view.x(index), from: view.y(span[0]), to: view.y(span[1]) } : null,
  );
}

function areaMarks(h: H, series: Series, view: View): VNode {
  const points = pointsOf(series, view);
  return h(
    'g',
    null,
    h('path', { class: 'ck-area', d: areaPath(points, series.curve), style: { fill: series.color } }),
    h('path', { class: 'ck-stroke', d: linePath(points, series.curve), style: { stroke: series.color } }),
  );
}

function lineMark(h: H, series: Series, view: View): VNode {
  const points = pointsOf(series, view);
  const alone = points.filter((point) => point !== null);
  // A line through one point cannot be seen.
  return alone.length === 1
    ? h('circle', { class: 'ck-dot', cx: alone[0]!.x, cy: alone[0]!.to, r: 4, style: { fill: series.color } })
    : h('path', { class: 'ck-stroke', d: linePath(points, series.curve), style: { stroke: series.color } });
}

function barMarks(h: H, model: ChartModel, view: View): ComponentChildren[] {
  const bars = model.series.filter(({ type }) => type === 'bar');
  const slots = [...new Set(bars.map(({ slot }) => slot))];
  if (slots.length === 0) return [];
  const around = Math.min(model.barCategoryGap ?? Math.max(4, view.step * 0.24), view.step * 0.9);
  const gap = Math.min(model.barGap, (view.step - around) / slots.length / 2);
  const width = Math.max(1, Math.min(56, (view.step - around - gap * (slots.length - 1)) / slots.length));
  const total = width * slots.length + gap * (slots.length - 1);
  return bars.flatMap((series) => {
    const offset = slots.indexOf(series.slot) * (width + gap) - total / 2;
    return series.spans.map((span, index) => {
      if (!span || span[0] === span[1]) return null;
      const [a, b] = [view.y(span[0]), view.y(span[1])];
      // Only the outer end of a pile is rounded.
      const outermost = !bars.some(
        (other) =>
          other.slot === series.slot &&
          other.spans[index]?.[0] === span[1] &&
          other.spans[index]![0] !== other.spans[index]![1],
      );
      const d = barPath(
        view.x(index) + offset,
        Math.min(a, b),
        width,
        Math.abs(a - b),
        outermost ? 4 : 0,
        span[1] >= span[0],
      );
      return h('path', { class: 'ck-bar', d, style: { fill: series.color } });
    });
  });
}

function tooltip(
  h: H,
  model: ChartModel,
  view: View,
  size: { width: number },
  place: number,
  shown: Series[],
  full: NumberFormat,
): VNode {
  const x = view.x(place);
  const style = x > size.width / 2 ? { right: `${size.width - x + 10}px` } : { left: `${x + 10}px` };
  return h(
    'div',
    { class: 'ck-tooltip', style, 'aria-hidden': 'true' },
    h('div', { class: 'ck-tooltip-title' }, model.labels[place]),
    ...shown.map((series) =>
      h(
        'div',
        { class: 'ck-tooltip-row' },
        h('span', { class: 'ck-swatch', style: { backgroundColor: series.color } }),
        h('span', { class: 'ck-tooltip-name' }, series.label),
        h('span', { class: 'ck-tooltip-value' }, full(series.values[place]!)),
      ),
    ),
  );
}

function spoken(model: ChartModel, shown: Series[], place: number, full: NumberFormat): string {
  return `${model.labels[place]}: ${shown.map((series) => `${series.label} ${full(series.values[place]!)}`).join(', ')}`;
}

function legend(h: H, model: ChartModel): VNode {
  return h(
    'div',
    { class: 'ck-legend', 'aria-hidden': 'true' },
    ...model.series.map((series) =>
      h(
        'span',
        { class: 'ck-legend-item' },
        h('span', { class: `ck-swatch ck-swatch-${series.type}`, style: { backgroundColor: series.color } }),
        h('span', { class: 'ck-legend-label', dir: 'auto' }, series.label),
      ),
    ),
  );
}

/** The same figures as a table, for those who do not see the drawing. */
function asTable(h: H, model: ChartModel, names: string, full: NumberFormat): VNode {
  return h(
    'div',
    { class: 'ck-sr' },
    h(
      'table',
      null,
      h('caption', null, names),
      h(
        'thead',
        null,
        h('tr', null, h('td', null), ...model.series.map(({ label }) => h('th', { scope: 'col' }, label))),
      ),
      h(
        'tbody',
        null,
        ...model.labels.map((label, index) =>
          h(
            'tr',
            null,
            h('th', { scope: 'row' }, label),
            ...model.series.map(({ values }) => h('td', null, values[index] == null ? '' : full(values[index]!))),
          ),
        ),
      ),
    ),
  );
}
