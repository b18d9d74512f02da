import type { ComponentChildren, VNode } from 'preact';
import { createContext } from 'preact';
import { useContext, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useSay } from './context.ts';
import { Children, childNodes, type NodeProps } from './node.tsx';
import { countOf, length, oneOf, type Style, spacing } from './values.ts';

const HeaderRow = createContext(false);

export function Table({ node, depth }: NodeProps): VNode {
  const say = useSay();
  const frame = useRef<HTMLDivElement>(null);
  const [scrolls, setScrolls] = useState(false);
  // A table that is wider than its place must be reachable by keyboard to be scrolled; one that fits should not be a stop.
  useLayoutEffect(() => {
    const box = frame.current!;
    const measure = () => setScrolls(box.scrollWidth > box.clientWidth + 1);
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    observer.observe(box.firstElementChild!);
    return () => observer.disconnect();
  }, []);

  const rows = childNodes(node.children);
  const firstOfBody = rows.findIndex((row) => row.header !== true);
  const split = firstOfBody === -1 ? rows.length : firstOfBody;
  const body: ComponentChildren = <Children of={rows.slice(split)} depth={depth} />;
  return (
    <div
      ref={frame}
      class="ck-table-frame"
      {...(scrolls && { tabIndex: 0, role: 'group', 'aria-label': say('widget.table.label') })}
    >
      <table class="ck-table">
        {split > 0 && (
          <thead>
            <Children of={rows.slice(0, split)} depth={depth} />
          </thead>
        )}
        <tbody>{body}</tbody>
      </table>
    </div>
  );
}

export function TableRow({ node, depth }: NodeProps): VNode {
  return (
    <HeaderRow.Provider value={node.header === true}>
      <tr>
        <Children of={node.children} depth={depth} />
      </tr>
    </HeaderRow.Provider>
  );
}

export function TableCell({ node, depth }: NodeProps): VNode {
  const inHeader = useContext(HeaderRow);
  const header = inHeader || node.header === true;
  const style: Style = { ...spacing('padding', node.padding) };
  const width = length(node.width);
  if (width) {
    style.width = width;
    style.minWidth = width;
  }
  const align = oneOf(node.align, ['start', 'center', 'end'] as const);
  if (align) style.textAlign = align;
  const vertical = oneOf(node.vAlign, ['start', 'center', 'end'] as const);
  if (vertical) style.verticalAlign = { start: 'top', center: 'middle', end: 'bottom' }[vertical];
  const columnSize = oneOf(node.colSize, ['xs', 'sm', 'md', 'lg', 'xl'] as const);
  const Tag = header ? 'th' : 'td';
  return (
    <Tag
      class={`ck-cell${columnSize ? ` ck-cell-${columnSize}` : ''}`}
      style={style}
      scope={header ? (inHeader ? 'col' : 'row') : undefined}
      colSpan={countOf(node.colSpan, 1, 1000)}
      rowSpan={countOf(node.rowSpan, 1, 1000)}
    >
      <div class="ck-cell-content" data-align={align}>
        <Children of={node.children} depth={depth} />
      </div>
    </Tag>
  );
}
