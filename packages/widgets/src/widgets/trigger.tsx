import type { RefObject, VNode } from 'preact';
import { fieldLabel } from './field-name.ts';
import { controlSizes } from './fields.tsx';
import { oneOf } from './values.ts';
import type { WidgetNode } from './widget-types.ts';

const variants = ['solid', 'soft', 'outline', 'ghost'] as const;

/** The closed face of a Select or DatePicker: the button that opens it, the value it sends, and the button that clears it. */
export function Trigger(props: {
  node: WidgetNode;
  name: string;
  id: string;
  button: RefObject<HTMLButtonElement | null>;
  frame: RefObject<HTMLSpanElement | null>;
  value: string;
  /** What the value reads as; empty when there is none. */
  text: string;
  placeholder: string;
  clearLabel: string;
  busy: boolean;
  attributes: Record<string, unknown>;
  onPress(): void;
  onClear(): void;
  onKeyDown(event: KeyboardEvent): void;
}): VNode {
  const { node, name, id, value, text } = props;
  const disabled = node.disabled === true;
  const clearable = node.clearable === true && value !== '' && !disabled;
  const classes = [
    'ck-trigger',
    `ck-s-${oneOf(node.size, controlSizes) ?? 'md'}`,
    `ck-trigger-${oneOf(node.variant, variants) ?? 'outline'}`,
    node.pill === true && 'ck-pill',
    node.block === true && 'ck-block',
    clearable && 'ck-clearable',
  ];
  return (
    <span ref={props.frame} class={classes.filter(Boolean).join(' ')}>
      <input type="hidden" name={name} data-field={name} value={value} disabled={disabled} />
      <button
        ref={props.button}
        id={id}
        type="button"
        class="ck-trigger-button"
        disabled={disabled}
        aria-label={fieldLabel({}, name)}
        aria-labelledby={`${id}-label`}
        aria-busy={props.busy || undefined}
        {...props.attributes}
        onClick={props.onPress}
        onKeyDown={props.onKeyDown}
      >
        <span class={text ? 'ck-trigger-text' : 'ck-trigger-text ck-placeholder'} dir="auto">
          {text || props.placeholder}
        </span>
        {props.busy ? <span class="ck-spinner" aria-hidden="true" /> : <span class="ck-chevron" aria-hidden="true" />}
      </button>
      {clearable && (
        <button type="button" class="ck-clear" aria-label={props.clearLabel} onClick={props.onClear}>
          <span class="ck-cross" aria-hidden="true" />
        </button>
      )}
    </span>
  );
}
