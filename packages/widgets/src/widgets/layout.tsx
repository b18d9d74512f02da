import type { TargetedEvent, VNode } from 'preact';
import { useContext, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { actionOf } from './actions.ts';
import { FormContext, useAction, useScope } from './context.ts';
import { Children, childNodes, type NodeProps } from './node.tsx';
import { boxStyle, color, length, oneOf } from './values.ts';
import type { ActionConfig, WidgetNode } from './widget-types.ts';

function directionOf(node: WidgetNode, otherwise: 'row' | 'col'): 'row' | 'col' {
  return oneOf(node.direction, ['row', 'col'] as const) ?? otherwise;
}

function Flex({
  node,
  depth,
  direction,
  class: extra = '',
}: NodeProps & { direction: 'row' | 'col'; class?: string }): VNode {
  const { scheme } = useScope();
  return (
    <div class={`ck-box ck-${direction} ${extra}`} style={boxStyle(node, scheme)}>
      <Children of={node.children} depth={depth} />
    </div>
  );
}

export function Box(props: NodeProps): VNode {
  return <Flex {...props} direction={directionOf(props.node, 'col')} />;
}

export function Row(props: NodeProps): VNode {
  return <Flex {...props} direction="row" />;
}

export function Col(props: NodeProps): VNode {
  return <Flex {...props} direction="col" />;
}

/** The root without a frame: a plain box, with a ground of its own only when it is in another scheme than the page. */
export function Basic(props: NodeProps): VNode {
  return <Flex {...props} class="ck-basic" direction={directionOf(props.node, 'col')} />;
}

export function Form({ node, depth }: NodeProps): VNode {
  const { scheme } = useScope();
  return (
    <FormScope
      class={`ck-box ck-form ck-${directionOf(node, 'col')}`}
      style={boxStyle(node, scheme)}
      action={actionOf(node.onSubmitAction)}
      slot="form"
    >
      <Children of={node.children} depth={depth} />
    </FormScope>
  );
}

/** What a submit button of a form without an action of its own fires, once the fields have been found valid. */
export const submitActions = new WeakMap<Element, ActionConfig>();

/**
 * A form: fields inside belong to it, actions inside carry their values, and its own action fires on submit, which the
 * browser only lets through when `required` and `pattern` are met.
 */
export function FormScope(props: {
  class: string;
  style?: Record<string, string>;
  action: ActionConfig | undefined;
  slot: 'form' | 'confirm';
  children: unknown;
}): VNode {
  const form = useRef<HTMLFormElement>(null);
  const { fire, pending } = useAction(props.slot);
  const { action } = props;
  const value = useMemo(() => ({ form, action, pending }), [action, pending]);
  const onSubmit = (event: TargetedEvent<HTMLFormElement, SubmitEvent>) => {
    event.preventDefault();
    event.stopPropagation(); // The element sits in pages that may listen for submits of their own forms.
    if (pending) return;
    fire(action ?? (event.submitter ? submitActions.get(event.submitter) : undefined), undefined, form.current);
  };
  return (
    <FormContext.Provider value={value}>
      <form ref={form} class={props.class} style={props.style} onSubmit={onSubmit} aria-busy={pending || undefined}>
        {props.children as VNode}
      </form>
    </FormContext.Provider>
  );
}

/** Whether a submit button here has a form to submit. */
export function useForm() {
  return useContext(FormContext);
}

export function Spacer({ node }: NodeProps): VNode {
  const least = length(node.minSize);
  return <div class="ck-spacer" style={least ? { minWidth: least, minHeight: least } : undefined} />;
}

export function Divider({ node }: NodeProps): VNode {
  const style: Record<string, string> = {};
  const [line, size, space] = [color(node.color, 'border'), length(node.size), length(node.spacing, 'space')];
  if (line) style['--w-line'] = line;
  if (size) style['--w-line-size'] = size;
  if (space) style['--w-line-space'] = space;
  return <hr class={node.flush === true ? 'ck-divider ck-flush' : 'ck-divider'} style={style} />;
}

/** Eases the change from one child to another: the height follows, and what is new fades in. */
export function Transition({ node, depth }: NodeProps): VNode {
  const element = useRef<HTMLDivElement>(null);
  const height = useRef<number>(undefined);
  const child = childNodes(node.children)[0];
  const identity = child ? `${child.key ?? child.id ?? ''}/${child.type}` : '';
  const shown = useRef(identity);
  useLayoutEffect(() => {
    const box = element.current;
    if (!box) return;
    const before = height.current;
    height.current = box.offsetHeight;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const timing = { duration: 180, easing: 'cubic-bezier(0.2, 0, 0, 1)' };
    if (before !== undefined && !still && before !== height.current && Math.abs(before - height.current) < 2000) {
      box.animate({ height: [`${before}px`, `${height.current}px`], overflow: ['clip', 'clip'] }, timing);
    }
    if (before !== undefined && !still && shown.current !== identity) box.animate({ opacity: [0, 1] }, timing);
    shown.current = identity;
  });
  return (
    <div ref={element} class="ck-transition">
      <Children of={child} depth={depth} />
    </div>
  );
}
