import type { VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { isOfInputMethod } from '../controls/input-method.ts';
import { usePopover } from '../controls/popover.ts';
import { actionOf } from './actions.ts';
import { useAction, useSay, useScope } from './context.ts';
import { fieldId, fieldLabel } from './field-name.ts';
import { useFieldValue } from './field-value.ts';
import { childNodes, type NodeProps } from './node.tsx';
import { Trigger } from './trigger.tsx';
import { textOf } from './values.ts';

/** With more options than this, a search field helps more than it costs. */
const searchableFrom = 16;

type Option = { value: string; label: string; description: string; disabled: boolean };

export function Select({ node }: NodeProps): VNode | null {
  const scope = useScope();
  const say = useSay();
  const name = textOf(node.name);
  const id = fieldId(scope.rootId, name);
  const { fire, pending } = useAction('change');
  const options = optionsOf(node.options);
  const [value, setValue] = useFieldValue(textOf(node.defaultValue));
  const chosen = options.find((option) => option.value === value);

  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const button = useRef<HTMLButtonElement>(null);
  const frame = useRef<HTMLSpanElement>(null);
  const popover = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const typed = useRef({ text: '', at: 0 });
  const searchable = typeof node.searchable === 'boolean' ? node.searchable : options.length >= searchableFrom;
  const shown = query ? options.filter((option) => matches(option, query, scope.locale)) : options;

  const show = () => {
    setQuery('');
    setActive(
      Math.max(
        0,
        options.findIndex((option) => option.value === value),
      ),
    );
    setOpen(true);
  };
  const close = (refocus = true) => {
    setOpen(false);
    if (refocus) button.current?.focus();
  };
  usePopover({ open, anchor: frame, popover, onDismiss: () => close(false) });
  useLayoutEffect(() => {
    if (open && searchable) search.current?.focus();
  }, [open, searchable]);
  // Another query is another list, with the same place active.
  useLayoutEffect(() => {
    if (open) popover.current?.querySelector(`[data-index="${active}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [open, active, query]);

  if (!name) return null;

  const pick = (next: string) => {
    setOpen(false);
    button.current?.focus();
    if (next === value) return;
    setValue(next);
    fire(actionOf(node.onChangeAction), [name, next === '' ? null : next]);
  };
  const move = (from: number, step: 1 | -1) => {
    for (let at = from; at >= 0 && at < shown.length; at += step) {
      if (!shown[at]!.disabled) return setActive(at);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isOfInputMethod(event)) return;
    const inSearch = event.currentTarget === search.current;
    const character = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!open) {
      if (['ArrowDown', 'ArrowUp', 'Enter', ' '].includes(event.key)) show();
      else if ((event.key === 'Delete' || event.key === 'Backspace') && node.clearable === true && value) pick('');
      else if (character) {
        show();
        if (searchable) setQuery(event.key);
        else typeAhead(event.key);
      } else return;
      event.preventDefault();
      return;
    }
    if (event.key === 'ArrowDown') move(active + 1, 1);
    else if (event.key === 'ArrowUp') move(active - 1, -1);
    else if (event.key === 'PageDown') move(Math.min(shown.length - 1, active + 10), -1);
    else if (event.key === 'PageUp') move(Math.max(0, active - 10), 1);
    else if (event.key === 'Home' && !inSearch) move(0, 1);
    else if (event.key === 'End' && !inSearch) move(shown.length - 1, -1);
    else if (event.key === 'Escape') close();
    else if (event.key === 'Enter' || (event.key === ' ' && !inSearch && !typed.current.text)) {
      const option = shown[active];
      if (option && !option.disabled) pick(option.value);
    } else if (event.key === 'Tab') {
      setOpen(false);
      // Out of the search field, the way on leads from the control itself.
      if (inSearch) button.current?.focus();
      return;
    } else if (character && !inSearch) typeAhead(event.key);
    else return;
    event.preventDefault();
    event.stopPropagation(); // Escape here must not also close what the widget stands in.
  };
  const typeAhead = (key: string) => {
    const now = Date.now();
    const text = (now - typed.current.at < 700 ? typed.current.text : '') + key;
    typed.current = { text, at: now };
    setTimeout(() => {
      if (typed.current.at === now) typed.current.text = '';
    }, 700);
    const found = options.findIndex(
      (option) => !option.disabled && option.label.toLocaleLowerCase().startsWith(text.toLocaleLowerCase()),
    );
    if (found >= 0) setActive(found);
  };

  const listId = `${id}-list`;
  const current = open && shown[active] ? `${id}-option-${active}` : undefined;
  const combobox = {
    role: 'combobox',
    'aria-haspopup': 'listbox',
    'aria-expanded': open,
    'aria-controls': open ? listId : undefined,
    'aria-activedescendant': current,
  } as const;
  const label = fieldLabel({}, name);
  return (
    <>
      <Trigger
        node={node}
        name={name}
        id={id}
        button={button}
        frame={frame}
        value={value}
        text={chosen?.label ?? ''}
        placeholder={textOf(node.placeholder) || say('widget.select.placeholder')}
        clearLabel={say('widget.clear', { label })}
        busy={pending}
        attributes={searchable ? { ...combobox, 'aria-activedescendant': undefined } : combobox}
        onPress={() => (open ? close() : show())}
        onClear={() => pick('')}
        onKeyDown={onKeyDown}
      />
      {open && (
        <div ref={popover} popover="manual" class="ck-popover ck-select-popover">
          {searchable && (
            <input
              {...combobox}
              ref={search}
              class="ck-search"
              type="text"
              autocomplete="off"
              spellcheck={false}
              aria-autocomplete="list"
              aria-label={say('widget.select.search')}
              placeholder={say('widget.select.search')}
              value={query}
              onInput={(event) => {
                setQuery(event.currentTarget.value);
                setActive(0);
              }}
              onKeyDown={onKeyDown}
              onBlur={(event) => {
                if (!popover.current?.contains(event.relatedTarget as Node | null)) setOpen(false);
              }}
            />
          )}
          <div id={listId} role="listbox" class="ck-options" aria-label={label} tabIndex={-1}>
            {shown.map((option, index) => (
              // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the control, which points to the active option
              // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the control
              <div
                key={option.value}
                id={`${id}-option-${index}`}
                role="option"
                class="ck-option"
                data-index={index}
                data-active={index === active || undefined}
                aria-selected={option.value === value}
                aria-disabled={option.disabled || undefined}
                onPointerMove={() => index !== active && !option.disabled && setActive(index)}
                // Keeps the focus where it is, so that leaving the search field means leaving the select.
                onPointerDown={(event) => event.preventDefault()}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => !option.disabled && pick(option.value)}
              >
                <span class="ck-option-label" dir="auto">
                  {option.label}
                </span>
                {option.description && (
                  <span class="ck-option-description" dir="auto">
                    {option.description}
                  </span>
                )}
                {option.value === value && <span class="ck-tick" aria-hidden="true" />}
              </div>
            ))}
          </div>
          {shown.length === 0 && <div class="ck-options-empty">{say('widget.select.empty')}</div>}
          {searchable && (
            <span class="ck-sr" role="status">
              {query ? say('widget.select.count', { count: shown.length }) : ''}
            </span>
          )}
        </div>
      )}
    </>
  );
}

/** The options in a prop. An option without a value, or with one that came before, is left out. */
function optionsOf(value: unknown): Option[] {
  const options = new Map<string, Option>();
  for (const option of childNodes(value)) {
    const key = textOf(option.value);
    if (key === '' || options.has(key)) continue;
    options.set(key, {
      value: key,
      label: textOf(option.label) || key,
      description: textOf(option.description),
      disabled: option.disabled === true,
    });
  }
  return [...options.values()];
}

// "zur" finds "Zürich": accents are how a name is written, not how it is looked for.
function plain(text: string, locale: string): string {
  const base = text.normalize('NFD').replace(/\p{M}/gu, '');
  try {
    return base.toLocaleLowerCase(locale);
  } catch {
    return base.toLowerCase();
  }
}

function matches(option: Option, query: string, locale: string): boolean {
  const text = plain(`${option.label} ${option.description}`, locale);
  return plain(query, locale)
    .split(/\s+/)
    .every((word) => text.includes(word));
}
