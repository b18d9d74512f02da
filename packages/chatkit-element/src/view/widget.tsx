import type { WidgetHost } from '@causerie/widgets';
import { Icon } from '@causerie/widgets/icons';
import { schemeOf } from '@causerie/widgets/theme';
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { loadChunk } from '../assets.ts';
import type { WidgetItem } from '../protocol.ts';
import { runWidgetAction } from '../state/item-actions.ts';
import { isRunning } from '../state/phase.ts';
import { useSignal } from '../state/signal.ts';
import { imageAllowed, Markdown } from './markdown.tsx';
import { useOptions, useScope } from './session-context.ts';
import { useWidgetRoot } from './use-widget-root.ts';

/** A widget of the conversation. */
export function WidgetView({ item }: { item: WidgetItem }): VNode | null {
  const host = useWidgetHost(item.id);
  const WidgetRoot = useWidgetRoot();
  if (!item.widget || typeof item.widget !== 'object') return null;
  // Its size is unknown until the part is loaded; a small place is kept, so that little moves.
  if (!WidgetRoot) return <div class="widget waits" aria-busy="true" />;
  return (
    <div class="widget" part="widget-area">
      <WidgetRoot widget={item.widget} itemId={item.id} host={host} />
    </div>
  );
}

/** A widget outside the conversation: the page's preview of an entity. */
export function WidgetPreview({ widget, id }: { widget: object; id: string }): VNode | null {
  const host = useWidgetHost(id);
  const WidgetRoot = useWidgetRoot();
  return WidgetRoot && <WidgetRoot widget={widget} itemId={id} host={host} />;
}

function useWidgetHost(itemId: string): WidgetHost {
  const { session, components } = useScope();
  const options = useOptions();
  const t = useSignal(session.t);
  const locale = useSignal(session.locale);
  const busy = isRunning(useSignal(session.phase));
  const colorScheme = schemeOf(options.theme);
  return useMemo(
    (): WidgetHost => ({
      // The widget reports failures through `onError`.
      onAction: (action, context) => runWidgetAction(session, action, context),
      markdown: (text, streaming) => <Markdown text={text} done={!streaming} />,
      icon: (name) => <Icon name={name} />,
      loadChunk,
      t,
      locale,
      colorScheme,
      components,
      onError: (error) => session.report(error),
      busy,
      allowImage: (url) => /^https?:/i.test(new URL(url, document.baseURI).href) || imageAllowed(session, url),
    }),
    [itemId, t, locale, busy, colorScheme],
  );
}
