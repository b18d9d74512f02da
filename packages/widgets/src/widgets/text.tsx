import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { useScope } from './context.ts';
import { fieldId } from './field-name.ts';
import { TextControl } from './fields.tsx';
import type { NodeProps } from './node.tsx';
import { color, countOf, isObject, length, oneOf, type Style, textOf } from './values.ts';
import type { WidgetNode } from './widget-types.ts';

const weights = ['normal', 'medium', 'semibold', 'bold'] as const;
const aligns = ['start', 'center', 'end'] as const;
const textSizes = ['xs', 'sm', 'md', 'lg', 'xl'] as const;
const titleSizes = ['sm', 'md', 'lg', 'xl', '2xl', '3xl', '4xl', '5xl'] as const;
const captionSizes = ['sm', 'md', 'lg'] as const;

/** Class and style of what Title, Text, Caption and Label have in common. */
function textLook(
  kind: string,
  node: WidgetNode,
  sizes: readonly string[],
): { class: string; style: Style; dir: 'auto' } {
  const style: Style = {};
  const ink = color(node.color, 'text');
  if (ink) style.color = ink;
  const textAlign = oneOf(node.textAlign, aligns);
  const lines = countOf(node.maxLines, 1, 1000);
  if (lines) style['--w-lines'] = String(lines);
  const weight = oneOf(node.weight, weights);
  return {
    class: [
      'ck-t',
      `ck-${kind}`,
      `ck-${kind}-${oneOf(node.size, sizes) ?? 'md'}`,
      weight && `ck-w-${weight}`,
      textAlign && `ck-align-${textAlign}`,
      node.truncate === true ? 'ck-truncate' : lines && 'ck-clamp',
    ]
      .filter(Boolean)
      .join(' '),
    style,
    // The words have the direction of their own script; the layout around them decides on which side they stand.
    dir: 'auto',
  };
}

export function Title({ node }: NodeProps): VNode {
  return <div {...textLook('title', node, titleSizes)}>{textOf(node.value)}</div>;
}

export function Caption({ node }: NodeProps): VNode {
  return <div {...textLook('caption', node, captionSizes)}>{textOf(node.value)}</div>;
}

export function Label({ node }: NodeProps): VNode {
  const { rootId } = useScope();
  const look = textLook('label', node, textSizes);
  const id = fieldId(rootId, textOf(node.fieldName));
  return (
    <label {...look} id={`${id}-label`} for={id}>
      {textOf(node.value)}
    </label>
  );
}

export function Text({ node }: NodeProps): VNode {
  const { rootId } = useScope();
  const look = textLook('text', node, textSizes);
  const least = countOf(node.minLines, 1, 100);
  if (least) look.style['--w-min-lines'] = String(least);
  const width = length(node.width);
  if (width) look.style.width = width;
  look.class += `${node.italic === true ? ' ck-italic' : ''}${node.lineThrough === true ? ' ck-through' : ''}${least ? ' ck-min-lines' : ''}`;
  if (isObject(node.editable) && textOf(node.editable.name)) {
    const name = textOf(node.editable.name);
    return (
      <TextControl
        node={{ ...node.editable, defaultValue: node.value, rows: least, autoResize: true, maxRows: node.maxLines }}
        name={name}
        id={fieldId(rootId, name)}
        multiline={(least ?? 1) > 1 || (countOf(node.maxLines, 1, 1000) ?? 1) > 1}
        class={`${look.class.replace(/ ck-(clamp|truncate)/g, '')} ck-editable`}
        style={look.style}
      />
    );
  }
  return (
    <div {...look} aria-busy={node.streaming === true || undefined}>
      <Growing value={textOf(node.value)} streaming={node.streaming === true} />
    </div>
  );
}

/** Text that is still being written: what is new fades in, what was there does not move. */
function Growing({ value, streaming }: { value: string; streaming: boolean }) {
  const last = useRef({ text: value, settled: value.length, turn: 0 });
  if (last.current.text !== value) {
    const grows = streaming && value.startsWith(last.current.text);
    last.current = {
      text: value,
      settled: grows ? last.current.text.length : value.length,
      turn: last.current.turn + 1,
    };
  }
  const { settled, turn } = last.current;
  if (!streaming || settled === value.length) return <>{value}</>;
  return (
    <>
      {value.slice(0, settled)}
      <span key={turn} class="ck-fresh">
        {value.slice(settled)}
      </span>
    </>
  );
}
