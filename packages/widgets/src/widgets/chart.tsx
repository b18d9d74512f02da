import type { ComponentType, VNode } from 'preact';
import { h } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useSay, useScope } from './context.ts';
import type { NodeProps } from './node.tsx';
import { blockStyle, color } from './values.ts';
import type { WidgetMessageKey } from './widget-messages.ts';
import type { WidgetNode } from './widget-types.ts';

/** What the lazy part is given: it may not bring a second Preact, whose hooks would not know the first one's components. */
export type ChartRuntime = {
  h: typeof h;
  useEffect: typeof useEffect;
  useLayoutEffect: typeof useLayoutEffect;
  useMemo: typeof useMemo;
  useRef: typeof useRef;
  useState: typeof useState;
};

export type ChartProps = {
  node: WidgetNode;
  locale: string;
  /** A colour of a series from its prop, as CSS. */
  color(value: unknown): string | undefined;
  say(key: WidgetMessageKey, params?: Record<string, string | number>): string;
};

type Chunk = { createChart(runtime: ChartRuntime): ComponentType<ChartProps> };

const runtime: ChartRuntime = { h, useEffect, useLayoutEffect, useMemo, useRef, useState };
const made = new WeakMap<object, ComponentType<ChartProps>>();

function chartFrom(chunk: Chunk): ComponentType<ChartProps> {
  const known = made.get(chunk) ?? chunk.createChart(runtime);
  made.set(chunk, known);
  return known;
}

const seriesColor = (value: unknown) => color(value, 'chart');

export function Chart({ node }: NodeProps): VNode {
  const scope = useScope();
  const say = useSay();
  const [state, setState] = useState<{ Drawn?: ComponentType<ChartProps>; failed?: boolean }>({});
  useEffect(() => {
    let wanted = true;
    scope
      .host()
      .loadChunk('chart')
      .then(
        (chunk) => wanted && setState({ Drawn: chartFrom(chunk as Chunk) }),
        (error: unknown) => {
          if (wanted) setState({ failed: true });
          scope.host().onError(error instanceof Error ? error : new Error(String(error)));
        },
      );
    return () => {
      wanted = false;
    };
  }, [scope]);
  const style = blockStyle(node);
  // Its place is kept while it loads, so that nothing below it jumps.
  if (!style.height && !style.aspectRatio && !style.flex) style.height = '240px';
  return (
    <div class={state.Drawn ? 'ck-chart' : 'ck-chart ck-skeleton'} style={style}>
      {state.Drawn && <state.Drawn node={node} locale={scope.locale} color={seriesColor} say={say} />}
      {state.failed && <span class="ck-chart-note">{say('widget.chart.unavailable')}</span>}
    </div>
  );
}
