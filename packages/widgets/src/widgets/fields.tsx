import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { actionOf } from './actions.ts';
import { useAction, useSay, useScope } from './context.ts';
import { fieldId, fieldLabel } from './field-name.ts';
import { childNodes, type NodeProps } from './node.tsx';
import { countOf, oneOf, type Style, textOf } from './values.ts';
import type { WidgetNode } from './widget-types.ts';

export const controlSizes = ['3xs', '2xs', 'xs', 'sm', 'md', 'lg', 'xl', '2xl', '3xl'] as const;
const gutters = { '2xs': '4px', xs: '6px', sm: '8px', md: '10px', lg: '12px', xl: '16px' } as const;
const inputTypes = ['number', 'email', 'text', 'password', 'tel', 'url'] as const;

/** Class and style that Input and Textarea share. */
function controlLook(node: WidgetNode): { class: string; style: Style } {
  const gutter = oneOf(node.gutterSize, Object.keys(gutters) as (keyof typeof gutters)[]);
  return {
    class: [
      'ck-control',
      `ck-s-${oneOf(node.size, controlSizes) ?? 'md'}`,
      `ck-field-${oneOf(node.variant, ['soft', 'outline'] as const) ?? 'outline'}`,
      node.pill === true && 'ck-pill',
    ]
      .filter(Boolean)
      .join(' '),
    style: gutter ? { '--w-gutter': gutters[gutter] } : {},
  };
}

export function Input({ node }: NodeProps): VNode | null {
  const { rootId } = useScope();
  const name = textOf(node.name);
  return name ? <TextControl node={node} name={name} id={fieldId(rootId, name)} {...controlLook(node)} /> : null;
}

export function Textarea({ node }: NodeProps): VNode | null {
  const { rootId } = useScope();
  const name = textOf(node.name);
  return name ? (
    <TextControl node={node} name={name} id={fieldId(rootId, name)} multiline {...controlLook(node)} />
  ) : null;
}

/** Attributes that ask password managers to keep out of a field that is not for them. */
const noExtensions = {
  'data-1p-ignore': '',
  'data-bwignore': '',
  'data-lpignore': 'true',
  'data-form-type': 'other',
} as const;

/** The text field behind Input, Textarea and editable Text. It is uncontrolled: what is typed outlives every update. */
export function TextControl(props: {
  node: WidgetNode;
  name: string;
  id: string;
  multiline?: boolean;
  class: string;
  style: Style;
}): VNode {
  const { node, name, id } = props;
  const say = useSay();
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const rows = countOf(node.rows, 1, 60) ?? (props.multiline ? 3 : 1);
  const maxRows = countOf(node.maxRows, 1, 200);
  const grows = props.multiline === true && (node.autoResize === true || maxRows !== undefined);

  const fit = () => {
    const area = field.current;
    if (!area || !grows) return;
    area.style.height = 'auto';
    // Borders are not part of scrollHeight; a field of height 0 is hidden and is measured when it is typed into.
    if (area.scrollHeight > 0) area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
  };
  const defaultValue = textOf(node.defaultValue);
  // A new default value is a new height.
  useLayoutEffect(fit, [defaultValue, grows]);
  const pattern = textOf(node.pattern);
  const check = () => {
    if (props.multiline && pattern) checkPattern(field.current!, pattern, say('widget.field.pattern'));
  };
  useLayoutEffect(check, [defaultValue, pattern]);
  // Once, when the field appears.
  useLayoutEffect(() => {
    const input = field.current!;
    if (node.autoFocus !== true || isTyping(input)) return;
    input.focus({ preventScroll: true });
    if (node.autoSelect === true) input.select();
  }, []);

  const common = {
    ref: field,
    id,
    name,
    'data-field': name,
    'aria-label': fieldLabel(node, name),
    'aria-labelledby': `${id}-label`,
    class: grows ? `${props.class} ck-grows` : props.class,
    style: grows && maxRows ? { ...props.style, '--w-max-rows': String(maxRows) } : props.style,
    defaultValue,
    placeholder: textOf(node.placeholder) || undefined,
    required: node.required === true,
    disabled: node.disabled === true,
    autocomplete: textOf(node.autoComplete) || undefined,
    ...(node.allowAutofillExtensions === true ? {} : noExtensions),
  };
  if (props.multiline) {
    return (
      <textarea
        {...common}
        rows={rows}
        onInput={() => {
          fit();
          check();
        }}
      />
    );
  }
  // Preact's types want a literal `type`; which of them it is makes no difference to the attributes given here.
  const type = (oneOf(node.inputType, inputTypes) ?? 'text') as 'text';
  return <input {...common} type={type} pattern={pattern || undefined} />;
}

// A textarea knows no `pattern` of its own; this gives it what an input has.
function checkPattern(area: HTMLTextAreaElement, pattern: string, complaint: string): void {
  let fits = true;
  try {
    fits = area.value === '' || new RegExp(`^(?:${pattern})$`, 'v').test(area.value);
  } catch {
    // A pattern that is no regular expression is ignored, as browsers do for inputs.
  }
  area.setCustomValidity(fits ? '' : complaint);
}

/** A widget that appears while someone is writing elsewhere must not take the keyboard from them. */
function isTyping(own: Element): boolean {
  let active = own.ownerDocument.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active !== own && active !== null && active.matches('input, textarea, [contenteditable]');
}

export function Checkbox({ node }: NodeProps): VNode | null {
  const { rootId } = useScope();
  const { fire, pending } = useAction('change');
  const name = textOf(node.name);
  if (!name) return null;
  const id = fieldId(rootId, name);
  const label = textOf(node.label);
  const box = (
    <input
      id={id}
      type="checkbox"
      class="ck-check"
      name={name}
      data-field={name}
      defaultChecked={node.defaultChecked === true}
      disabled={node.disabled === true}
      required={node.required === true}
      aria-busy={pending || undefined}
      aria-label={label ? undefined : fieldLabel(node, name)}
      aria-labelledby={label ? undefined : `${id}-label`}
      onChange={(event) => fire(actionOf(node.onChangeAction), [name, event.currentTarget.checked])}
    />
  );
  return label ? (
    <label for={id} class="ck-choice" data-disabled={node.disabled === true || undefined}>
      {box}
      <span dir="auto">{label}</span>
    </label>
  ) : (
    <span class="ck-choice">{box}</span>
  );
}

export function RadioGroup({ node }: NodeProps): VNode | null {
  const { rootId } = useScope();
  const { fire, pending } = useAction('change');
  const name = textOf(node.name);
  if (!name) return null;
  const id = fieldId(rootId, name);
  const chosen = textOf(node.defaultValue);
  return (
    <div
      id={id}
      role="radiogroup"
      class={`ck-radios ck-radios-${oneOf(node.direction, ['row', 'col'] as const) ?? 'row'}`}
      aria-label={textOf(node.ariaLabel) || fieldLabel({}, name)}
      aria-labelledby={textOf(node.ariaLabel) ? undefined : `${id}-label`}
      aria-required={node.required === true || undefined}
      aria-busy={pending || undefined}
    >
      {childNodes(node.options).map((option) => {
        const value = textOf(option.value);
        const disabled = node.disabled === true || option.disabled === true;
        return (
          <label key={value} class="ck-choice" data-disabled={disabled || undefined}>
            <input
              type="radio"
              class="ck-radio"
              // Browsers group radios by name, and two widgets may use the same one.
              name={id}
              data-field={name}
              value={value}
              defaultChecked={chosen !== '' && chosen === value}
              disabled={disabled}
              required={node.required === true}
              onChange={() => fire(actionOf(node.onChangeAction), [name, value])}
            />
            <span dir="auto">{textOf(option.label) || value}</span>
          </label>
        );
      })}
    </div>
  );
}
