import type { ComponentChildren, VNode } from 'preact';
import { type ChartView, characterWidth, type NumberFormat } from './chart-view.ts';
import type { ChartModel, Series } from './model.ts';
import { areaPath, barPath, linePath, type Point } from './shapes.ts';

type Props = {
  model: ChartModel;
  view: ChartView;
  size: { width: number; height: number };
  /** The place whose values are being read. */
  place: number | null;
  short: NumberFormat;
};

/** The drawing: grid, axes, and a mark for each value. Hidden from assistive technology, which has the figures as a table. */
export function Marks({ model, view, size, place, short }: Props): VNode {
  const ofType = (type: Series['type']) => model.series.filter((series) => series.type === type);
  return (
    <svg class="ck-svg" width={size.width} height={size.height} aria-hidden="true" focusable="false">
      {model.ticks.map((tick) => {
        const y = Math.round(view.y(tick)) + 0.5;
        const name = tick === 0 ? 'ck-grid ck-grid-zero' : 'ck-grid';
        return <line key={`grid ${tick}`} class={name} x1={view.left} x2={view.right} y1={y} y2={y} />;
      })}
      {model.showYAxis &&
        model.ticks.map((tick) => (
          <text key={tick} class="ck-axis" x={view.left - 8} y={view.y(tick)} text-anchor="end" dy="0.35em">
            {short(tick)}
          </text>
        ))}
      {!model.hideXAxis && <XAxis model={model} view={view} />}
      {place !== null && <Cursor bars={ofType('bar').length > 0} view={view} place={place} />}
      {/* Areas lie at the back and lines in front, whatever their order: a line behind a bar could not be read. */}
      {ofType('area').map((series, index) => (
        <Area key={index} series={series} view={view} />
      ))}
      <Bars model={model} bars={ofType('bar')} view={view} />
      {ofType('line').map((series, index) => (
        <Line key={index} series={series} view={view} />
      ))}
      {place !== null &&
        model.series.map(({ type, spans, color }, index) => {
          const span = spans[place];
          if (type === 'bar' || !span) return null;
          return <Dot key={index} x={view.x(place)} y={view.y(span[1])} color={color} />;
        })}
    </svg>
  );
}

function XAxis({ model, view }: { model: ChartModel; view: ChartView }): VNode {
  const widest = Math.max(1, ...model.labels.map((label) => Math.min(label.length, 16)));
  const every = Math.max(1, Math.ceil((widest * characterWidth + 10) / view.step));
  return (
    <>
      {model.labels.map((label, index) =>
        index % every === 0 ? (
          <text key={index} class="ck-axis" x={view.x(index)} y={view.bottom + 17} text-anchor="middle">
            {label.length > 16 ? `${label.slice(0, 15)}…` : label}
          </text>
        ) : null,
      )}
    </>
  );
}

function Cursor({ bars, view, place }: { bars: boolean; view: ChartView; place: number }): VNode {
  const x = view.x(place);
  const { step, top, bottom } = view;
  return bars ? (
    <rect class="ck-cursor-band" x={x - step / 2} y={top} width={step} height={bottom - top} rx={4} />
  ) : (
    <line class="ck-cursor" x1={x} x2={x} y1={top} y2={bottom} />
  );
}

function Dot({ x, y, color }: { x: number; y: number; color: string }): VNode {
  return <circle class="ck-dot" cx={x} cy={y} r={4} style={{ fill: color }} />;
}

function pointsOf(series: Series, view: ChartView): Point[] {
  return series.spans.map((span, index) =>
    span ? { x: view.x(index), from: view.y(span[0]), to: view.y(span[1]) } : null,
  );
}

function Area({ series, view }: { series: Series; view: ChartView }): VNode {
  const points = pointsOf(series, view);
  return (
    <g>
      <path class="ck-area" d={areaPath(points, series.curve)} style={{ fill: series.color }} />
      <path class="ck-stroke" d={linePath(points, series.curve)} style={{ stroke: series.color }} />
    </g>
  );
}

function Line({ series, view }: { series: Series; view: ChartView }): VNode {
  const points = pointsOf(series, view);
  const alone = points.filter((point) => point !== null);
  // A line through one point cannot be seen.
  return alone.length === 1 ? (
    <Dot x={alone[0]!.x} y={alone[0]!.to} color={series.color} />
  ) : (
    <path class="ck-stroke" d={linePath(points, series.curve)} style={{ stroke: series.color }} />
  );
}

/** Bars of one slot stand on each other; slots stand side by side. */
function Bars({ model, bars, view }: { model: ChartModel; bars: Series[]; view: ChartView }): VNode | null {
  const slots = [...new Set(bars.map(({ slot }) => slot))];
  if (slots.length === 0) return null;
  const around = Math.min(model.barCategoryGap ?? Math.max(4, view.step * 0.24), view.step * 0.9);
  const gap = Math.min(model.barGap, (view.step - around) / slots.length / 2);
  const width = Math.max(1, Math.min(56, (view.step - around - gap * (slots.length - 1)) / slots.length));
  const total = width * slots.length + gap * (slots.length - 1);
  const bar = (series: Series, index: number): ComponentChildren => {
    const span = series.spans[index];
    if (!span || span[0] === span[1]) return null;
    const [a, b] = [view.y(span[0]), view.y(span[1])];
    // Only the outer end of a pile is rounded.
    const outermost = !bars.some(
      ({ slot, spans }) => slot === series.slot && spans[index]?.[0] === span[1] && spans[index][0] !== spans[index][1],
    );
    const left = view.x(index) + slots.indexOf(series.slot) * (width + gap) - total / 2;
    const d = barPath(left, Math.min(a, b), width, Math.abs(a - b), outermost ? 4 : 0, span[1] >= span[0]);
    return <path key={index} class="ck-bar" d={d} style={{ fill: series.color }} />;
  };
  return <>{bars.map((series) => series.spans.map((_, index) => bar(series, index)))}</>;
}
