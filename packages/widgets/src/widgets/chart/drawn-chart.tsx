import type { VNode } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { WidgetMessageKey } from '../widget-messages.ts';
import type { WidgetNode } from '../widget-types.ts';
import { type ChartView, layOut, type NumberFormat, numberFormat } from './chart-view.ts';
import { Marks } from './marks.tsx';
import { type ChartModel, chartModel, type Series } from './model.ts';

export type ChartProps = {
  node: WidgetNode;
  locale: string;
  /** A colour of a series from its prop, as CSS. */
  color(value: unknown): string | undefined;
  say(key: WidgetMessageKey, params?: Record<string, string | number>): string;
};

/** A chart as wide and high as its place, whose values can be read by pointer and by keyboard. Loaded when one is drawn. */
export function DrawnChart({ node, locale, color, say }: ChartProps): VNode {
  const model = useMemo(() => chartModel(node, color), [node, color]);
  const plot = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
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

  const onPointerMove = (event: PointerEvent) => {
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
  const leave = () => setAt(null);

  const names = model.series.map(({ label }) => label).join(', ');
  const interactive = model.showTooltip && model.labels.length > 0;
  const label = say('widget.chart.label', { series: names });
  return (
    <div class="ck-chart-in">
      {/* biome-ignore lint/a11y/useSemanticElements: what is grouped is a drawing, no fields. */}
      <div
        ref={plot}
        class="ck-plot"
        role="group"
        tabIndex={interactive ? 0 : undefined}
        aria-label={interactive ? `${label}. ${say('widget.chart.keys')}` : label}
        {...(interactive && { onPointerMove, onPointerLeave: leave, onKeyDown, onBlur: leave })}
      >
        {size.width > 0 && <Marks model={model} view={view} size={size} place={place} short={short} />}
        {place !== null && shown.length > 0 && (
          <Tooltip model={model} view={view} width={size.width} place={place} shown={shown} full={full} />
        )}
        <span class="ck-sr" role="status">
          {place === null ? '' : spoken(model, shown, place, full)}
        </span>
      </div>
      {model.showLegend && model.series.length > 0 && <Legend model={model} />}
      <Figures model={model} names={names} full={full} />
    </div>
  );
}

function Tooltip(props: {
  model: ChartModel;
  view: ChartView;
  width: number;
  place: number;
  shown: Series[];
  full: NumberFormat;
}): VNode {
  const { model, view, width, place, shown, full } = props;
  const x = view.x(place);
  return (
    <div
      class="ck-tooltip"
      style={x > width / 2 ? { right: `${width - x + 10}px` } : { left: `${x + 10}px` }}
      aria-hidden="true"
    >
      <div class="ck-tooltip-title">{model.labels[place]}</div>
      {shown.map((series, index) => (
        <div key={index} class="ck-tooltip-row">
          <span class="ck-swatch" style={{ backgroundColor: series.color }} />
          <span class="ck-tooltip-name">{series.label}</span>
          <span class="ck-tooltip-value">{full(series.values[place]!)}</span>
        </div>
      ))}
    </div>
  );
}

function spoken(model: ChartModel, shown: Series[], place: number, full: NumberFormat): string {
  return `${model.labels[place]}: ${shown.map((series) => `${series.label} ${full(series.values[place]!)}`).join(', ')}`;
}

function Legend({ model }: { model: ChartModel }): VNode {
  return (
    <div class="ck-legend" aria-hidden="true">
      {model.series.map((series, index) => (
        <span key={index} class="ck-legend-item">
          <span class={`ck-swatch ck-swatch-${series.type}`} style={{ backgroundColor: series.color }} />
          <span class="ck-legend-label" dir="auto">
            {series.label}
          </span>
        </span>
      ))}
    </div>
  );
}

/** The figures as a table, for those who do not see the drawing. */
function Figures({ model, names, full }: { model: ChartModel; names: string; full: NumberFormat }): VNode {
  return (
    <div class="ck-sr">
      <table>
        <caption>{names}</caption>
        <thead>
          <tr>
            <td />
            {model.series.map(({ label }, index) => (
              <th key={index} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {model.labels.map((label, row) => (
            <tr key={row}>
              <th scope="row">{label}</th>
              {model.series.map(({ values }, index) => (
                <td key={index}>{values[row] == null ? '' : full(values[row])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
