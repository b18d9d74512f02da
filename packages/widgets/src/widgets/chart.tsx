import type { ComponentType, VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ChartProps } from './chart/drawn-chart.tsx';
import { useSay, useScope } from './context.ts';
import type { NodeProps } from './node.tsx';
import { blockStyle, color } from './values.ts';

type Drawn = ComponentType<ChartProps>;

const seriesColor = (value: unknown) => color(value, 'chart');

/** The place of a chart, which is loaded when the first one is drawn. */
export function Chart({ node }: NodeProps): VNode {
  const scope = useScope();
  const say = useSay();
  const [state, setState] = useState<{ Drawn?: Drawn; failed?: boolean }>({});
  useEffect(() => {
    let wanted = true;
    scope
      .host()
      .loadChunk('chart')
      .then(
        (part) => wanted && setState({ Drawn: (part as { DrawnChart: Drawn }).DrawnChart }),
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
