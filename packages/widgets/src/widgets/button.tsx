import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { actionOf } from './actions.ts';
import { useAction, useHeldBack, useSay, useScope } from './context.ts';
import { submitActions, useForm } from './layout.tsx';
import type { NodeProps } from './node.tsx';
import { oneOf, textOf, yielding } from './values.ts';

const colors = ['primary', 'secondary', 'info', 'discovery', 'success', 'caution', 'warning', 'danger'] as const;
const variants = ['solid', 'soft', 'outline', 'ghost'] as const;
const sizes = ['3xs', '2xs', 'xs', 'sm', 'md', 'lg', 'xl', '2xl', '3xl'] as const;
const iconSizes = ['sm', 'md', 'lg', 'xl', '2xl'] as const;

export function Button({ node }: NodeProps): VNode {
  const scope = useScope();
  const say = useSay();
  const form = useForm();
  const button = useRef<HTMLButtonElement>(null);
  const action = actionOf(node.onClickAction);
  const { fire, pending } = useAction('button');
  const submits = node.submit === true && form !== null;
  const heldBack = useHeldBack(submits ? (form.action ?? action) : action);
  useLayoutEffect(() => {
    if (!button.current) return;
    if (submits && action) submitActions.set(button.current, action);
    else submitActions.delete(button.current);
  });

  const label = textOf(node.label);
  const [start, end] = [textOf(node.iconStart), textOf(node.iconEnd)];
  const preset = oneOf(node.style, ['primary', 'secondary'] as const) ?? 'secondary';
  const busy = pending || (submits && form.pending);
  const classes = [
    'ck-button',
    `ck-c-${oneOf(node.color, colors) ?? preset}`,
    `ck-v-${oneOf(node.variant, variants) ?? (preset === 'primary' ? 'solid' : 'outline')}`,
    `ck-s-${oneOf(node.size, sizes) ?? 'md'}`,
    node.pill === true && 'ck-pill',
    (node.uniform === true || !label) && 'ck-uniform',
    node.block === true && 'ck-block',
    yielding(label),
  ];
  const iconClass = `ck-button-icon ck-icon-${oneOf(node.iconSize, iconSizes) ?? 'auto'}`;
  return (
    <button
      ref={button}
      class={classes.filter(Boolean).join(' ')}
      part="widget-button"
      type={submits ? 'submit' : 'button'}
      disabled={node.disabled === true}
      // Not `disabled`: that would take the focus away from under the person's finger.
      aria-disabled={busy || heldBack || undefined}
      aria-busy={busy || undefined}
      aria-label={
        label ? undefined : (start || end).replace(/^\w+:/, '').replaceAll('-', ' ') || say('widget.button.fallback')
      }
      onClick={(event) => {
        if (busy || heldBack) event.preventDefault();
        else if (!submits) fire(action);
      }}
    >
      <span class="ck-button-face">
        {start && <span class={iconClass}>{scope.host().icon(start)}</span>}
        {label && (
          <span class="ck-button-label" dir="auto">
            {label}
          </span>
        )}
        {end && <span class={iconClass}>{scope.host().icon(end)}</span>}
      </span>
      {busy && <span class="ck-spinner" aria-hidden="true" />}
    </button>
  );
}
