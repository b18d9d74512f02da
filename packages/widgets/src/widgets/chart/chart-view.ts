import type { ChartModel } from './model.ts';

/** Room a character of an axis takes, in px, at the axis' size. Near enough to tell which labels would collide. */
export const characterWidth = 6.6;

export type NumberFormat = (value: number) => string;

/** Where things are drawn, in px of the chart's own box. */
export type ChartView = {
  left: number;
  top: number;
  right: number;
  bottom: number;
  /** Width of one place on the x axis. */
  step: number;
  x(index: number): number;
  y(value: number): number;
};

/** Numbers as a locale writes them; as English does where the locale is none. */
export function numberFormat(locale: string, options: Intl.NumberFormatOptions): NumberFormat {
  let format: Intl.NumberFormat;
  try {
    format = new Intl.NumberFormat(locale, options);
  } catch {
    format = new Intl.NumberFormat('en', options);
  }
  return (value) => format.format(value);
}

export function layOut(model: ChartModel, size: { width: number; height: number }, short: NumberFormat): ChartView {
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
