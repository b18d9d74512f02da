import type { VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { actionOf } from './actions.ts';
import { Status } from './card.tsx';
import { useAction, useHeldBack, useSay, useScope } from './context.ts';
import { Children, childNodes, keysOf, type NodeProps } from './node.tsx';
import { align, countOf, length } from './values.ts';

/** How many rows `limit: "auto"` shows at first. One or two more than that are shown too: a button would take their place. */
const autoLimit = 5;

export function ListView({ node, depth }: NodeProps): VNode {
  const say = useSay();
  const list = useRef<HTMLUListElement>(null);
  const [all, setAll] = useState(false);
  const [revealed, setRevealed] = useState<number>();
  const rows = childNodes(node.children);
  const keys = keysOf(rows);
  const limit =
    node.limit === 'auto'
      ? rows.length <= autoLimit + 2
        ? rows.length
        : autoLimit
      : (countOf(node.limit, 1, 100_000) ?? rows.length);
  const shown = all ? rows : rows.slice(0, limit);

  // The button that had the focus is gone; the first row it revealed takes it.
  useLayoutEffect(() => {
    if (revealed === undefined) return;
    const row = list.current?.children[revealed] as HTMLElement | undefined;
    const target = row?.querySelector<HTMLElement>('button, a[href], input, select, textarea') ?? row;
    if (target === row) row?.setAttribute('tabindex', '-1');
    target?.focus();
  }, [revealed]);

  return (
    <div class="ck-list" part="widget-list">
      <Status status={node.status} />
      <ul ref={list} class="ck-list-rows" aria-label={say('widget.list.label')}>
        {shown.map((row, index) =>
          row.type === 'ListViewItem' ? (
            <Children key={keys[index]} of={row} depth={depth} />
          ) : (
            <li key={keys[index]} class="ck-item ck-row">
              <Children of={row} depth={depth} />
            </li>
          ),
        )}
      </ul>
      {shown.length < rows.length && (
        <button
          type="button"
          class="ck-list-more"
          onClick={() => {
            setAll(true);
            setRevealed(shown.length);
          }}
        >
          {say('widget.list.more', { count: rows.length - shown.length })}
        </button>
      )}
    </div>
  );
}

export function ListViewItem({ node, depth }: NodeProps): VNode {
  const { rootId } = useScope();
  const action = actionOf(node.onClickAction);
  const { fire, pending } = useAction('item');
  const heldBack = useHeldBack(action);
  const [contentId] = useState(() => `${rootId}-row-${Math.random().toString(36).slice(2)}`);
  const style: Record<string, string> = {};
  const [gap, alignment] = [length(node.gap, 'space'), align(node.align)];
  if (gap) style.gap = gap;
  if (alignment) style.alignItems = alignment;
  // The button lies under the content and covers the row, so the row may hold buttons of its own and none is inside another.
  return (
    <li class={action ? 'ck-item ck-item-action' : 'ck-item'} aria-busy={pending || undefined}>
      {action && (
        <button
          type="button"
          class="ck-item-hit"
          aria-labelledby={contentId}
          aria-disabled={pending || heldBack || undefined}
          onClick={() => !pending && fire(action)}
        />
      )}
      <div id={contentId} class="ck-item-content ck-row" style={style}>
        <Children of={node.children} depth={depth} />
      </div>
      {pending && <span class="ck-spinner" aria-hidden="true" />}
    </li>
  );
}
