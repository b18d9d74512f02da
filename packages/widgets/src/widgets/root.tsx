import type { VNode } from 'preact';
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { BusyContext, ScopeContext, type WidgetScope } from './context.ts';
import { Children, childNodes } from './node.tsx';
import { isObject, oneOf, textOf } from './values.ts';
import { say } from './widget-messages.ts';
import type { WidgetNode, WidgetRootProps } from './widget-types.ts';
import './catalogue.ts';

let roots = 0;

/**
 * Draws the widget of a thread item. Give it a new `widget` object for each state, with the parts that have not changed
 * being the same objects as before: those are not drawn again, and what the person typed or opened stays.
 */
export function WidgetRoot({ widget, itemId, host }: WidgetRootProps): VNode {
  const latest = useRef({ widget, itemId, host });
  latest.current = { widget, itemId, host };
  const element = useRef<HTMLDivElement>(null);
  const [rootId] = useState(() => `ckw${++roots}`);
  const [held, setHeld] = useState(0);

  const hold = useCallback((until: Promise<void>) => {
    const tree = element.current?.getRootNode() as ShadowRoot | Document | undefined;
    const focused = tree?.activeElement as HTMLElement | null;
    setHeld((count) => count + 1);
    void until.then(() => {
      setHeld((count) => count - 1);
      // What is inert loses the focus. It goes back where it was, unless the person has moved on by then.
      requestAnimationFrame(() => {
        if (focused?.isConnected && element.current?.contains(focused) && !tree?.activeElement) focused.focus();
      });
    });
  }, []);

  const node: WidgetNode = isObject(widget) ? widget : {};
  const theme = oneOf(node.theme, ['light', 'dark'] as const);
  const scheme = theme ?? host.colorScheme;
  const { locale, components } = host;
  const scope = useMemo<WidgetScope>(
    () => ({
      host: () => latest.current.host,
      origin: () => ({ itemId: latest.current.itemId, widget: latest.current.widget }),
      rootId,
      locale,
      scheme,
      components,
      hold,
    }),
    [rootId, locale, scheme, hold, components],
  );

  // `inert` as a property: the state of a subtree, not a style.
  const body = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (body.current) body.current.inert = held > 0;
  }, [held]);

  return (
    <ScopeContext.Provider value={scope}>
      <BusyContext.Provider value={host.busy}>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset brings a border, a minimum width and a way to be disabled */}
        <div
          ref={element}
          id={rootId}
          // The theme's sheet has both palettes under these names; a widget may ask for the one that is not in force.
          class={theme && theme !== host.colorScheme ? `ck-widget ck-scheme-${theme}` : 'ck-widget'}
          part="widget"
          role="group"
          aria-label={titleOf(node)}
          aria-busy={held > 0}
        >
          <div ref={body} class="ck-widget-body">
            <Children of={node} depth={0} />
          </div>
          <span class="ck-sr" role="status">
            {held > 0 ? say((key, params) => host.t(key, params), 'widget.busy') : ''}
          </span>
        </div>
      </BusyContext.Provider>
    </ScopeContext.Provider>
  );
}

/** The first title in a widget, or else its first text: what a screen reader announces the group by. */
function titleOf(root: WidgetNode): string | undefined {
  const queue: WidgetNode[] = [root];
  let text: string | undefined;
  // Bounded: the search for a name reads only the top of the tree.
  for (let at = 0; at < queue.length && at < 60; at++) {
    const node = queue[at]!;
    if (node.type === 'Title') return textOf(node.value).slice(0, 120) || undefined;
    if (node.type === 'Text') text ??= textOf(node.value).slice(0, 120) || undefined;
    queue.push(...childNodes(node.children).slice(0, 12));
  }
  return text;
}
