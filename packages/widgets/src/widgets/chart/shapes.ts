import {
  area,
  type CurveFactory,
  curveBasis,
  curveBasisClosed,
  curveBasisOpen,
  curveBumpX,
  curveBumpY,
  curveLinear,
  curveLinearClosed,
  curveMonotoneX,
  curveMonotoneY,
  curveNatural,
  curveStep,
  curveStepAfter,
  curveStepBefore,
  line,
} from 'd3-shape';

const curves: Record<string, CurveFactory> = {
  basis: curveBasis,
  basisClosed: curveBasisClosed,
  basisOpen: curveBasisOpen,
  bump: curveBumpX,
  bumpX: curveBumpX,
  bumpY: curveBumpY,
  linear: curveLinear,
  linearClosed: curveLinearClosed,
  monotone: curveMonotoneX,
  monotoneX: curveMonotoneX,
  monotoneY: curveMonotoneY,
  natural: curveNatural,
  step: curveStep,
  stepAfter: curveStepAfter,
  stepBefore: curveStepBefore,
};
// Closed curves have no open edge to fill below; an area takes the open one of the same kind.
const openKind: Record<string, CurveFactory> = {
  basisClosed: curveBasis,
  basisOpen: curveBasis,
  linearClosed: curveLinear,
};

const curveOf = (name: string): CurveFactory => (Object.hasOwn(curves, name) ? curves[name]! : curveMonotoneX);

export type Point = { x: number; from: number; to: number } | null;

/** The path of a line through the points; it breaks where one is missing. */
export function linePath(points: Point[], curve: string): string {
  return (
    line<Point>()
      .defined((point) => point !== null)
      .x((point) => point!.x)
      .y((point) => point!.to)
      .curve(curveOf(curve))(points) ?? ''
  );
}

/** The path of the area between the points and what they stand on. */
export function areaPath(points: Point[], curve: string): string {
  return (
    area<Point>()
      .defined((point) => point !== null)
      .x((point) => point!.x)
      .y0((point) => point!.from)
      .y1((point) => point!.to)
      .curve(Object.hasOwn(openKind, curve) ? openKind[curve]! : curveOf(curve))(points) ?? ''
  );
}

/** A bar whose outer end is rounded; `up` says which end that is. */
export function barPath(x: number, y: number, width: number, height: number, radius: number, up: boolean): string {
  const r = Math.max(0, Math.min(radius, width / 2, height));
  const n = (value: number) => String(Math.round(value * 100) / 100);
  if (r === 0) return `M${n(x)} ${n(y)}h${n(width)}v${n(height)}h${n(-width)}z`;
  return up
    ? `M${n(x)} ${n(y + height)}v${n(r - height)}a${n(r)} ${n(r)} 0 0 1 ${n(r)} ${n(-r)}h${n(width - 2 * r)}a${n(r)} ${n(r)} 0 0 1 ${n(r)} ${n(r)}v${n(height - r)}z`
    : `M${n(x)} ${n(y)}v${n(height - r)}a${n(r)} ${n(r)} 0 0 0 ${n(r)} ${n(r)}h${n(width - 2 * r)}a${n(r)} ${n(r)} 0 0 0 ${n(r)} ${n(-r)}v${n(r - height)}z`;
}
