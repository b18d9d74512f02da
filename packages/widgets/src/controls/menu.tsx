import type { ComponentChildren, VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Glyph } from '../icons/glyph.tsx';
import { type Align, type Side, usePopover } from './popover.ts';

export type MenuItem = {
  id: string;
  label: string;
  description?: string;
  icon?: VNode | null;
  disabled?: boolean;
  /** Present for items of which one (or none) is chosen. */
  checked?: boolean;
  danger?: boolean;
  onSelect(): void;
};

type Props = {
  label: string;
  button: ComponentChildren;
  items: readonly MenuItem[];
  class?: string;
  part?: string;
  /** Which way it opens, where there is room for it. */
  side?: Side;
  align?: Align;
};

/** A button that opens a menu: arrow keys, Home, End, first letters, Escape, and it closes when the focus leaves it. */
export function MenuButton({
  label,
  button,
  items,
  class: className,
  part,
  side = 'bottom',
  align = 'start',
}: Props): VNode {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);

  usePopover({ open, anchor, popover: list, side, align, onDismiss: () => setOpen(false) });
  // After usePopover: what is not shown yet cannot take the focus.
  useLayoutEffect(() => {
    if (!open) return;
    const options = itemsOf(list.current!);
    (options.find((option) => option.getAttribute('aria-checked') === 'true') ?? options[0])?.focus();
  }, [open]);

  const close = () => {
    setOpen(false);
    anchor.current?.querySelector('button')?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!open) {
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        setOpen(true);
      }
      return;
    }
    const options = itemsOf(list.current!);
    const at = options.indexOf(activeIn(list.current!) as HTMLElement);
    let to: number | undefined;
    if (event.key === 'Escape') {
      event.stopPropagation();
      return close();
    }
    if (event.key === 'Tab') return setOpen(false);
    if (event.key === 'ArrowDown') to = (at + 1) % options.length;
    else if (event.key === 'ArrowUp') to = (at - 1 + options.length) % options.length;
    else if (event.key === 'Home') to = 0;
    else if (event.key === 'End') to = options.length - 1;
    else if (event.key.length === 1 && event.key !== ' ') {
      const letter = event.key.toLowerCase();
      const order = [...options.slice(at + 1), ...options.slice(0, at + 1)];
      order.find((option) => option.textContent?.trim().toLowerCase().startsWith(letter))?.focus();
    }
    if (to !== undefined) {
      event.preventDefault();
      options[to]?.focus();
    }
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the button and the menu are caught on their way up.
    <div class="menu-anchor" ref={anchor} onKeyDown={onKeyDown}>
      <button
        type="button"
        class={className ?? 'icon-button'}
        part={part}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {button}
      </button>
      {open && (
        <div popover="manual" class="menu" role="menu" aria-label={label} ref={list} part="menu">
          {items.map((item) => (
            // biome-ignore lint/a11y/useAriaPropsSupportedByRole: aria-checked goes with menuitemradio, the role when it is set.
            <button
              type="button"
              key={item.id}
              class={item.danger ? 'menu-item danger' : 'menu-item'}
              role={item.checked === undefined ? 'menuitem' : 'menuitemradio'}
              aria-checked={item.checked}
              aria-disabled={item.disabled || undefined}
              tabIndex={-1}
              onClick={() => {
                if (item.disabled) return;
                close();
                item.onSelect();
              }}
            >
              {item.icon && <span class="menu-icon">{item.icon}</span>}
              <span class="menu-text">
                <span dir="auto">{item.label}</span>
                {item.description && <small dir="auto">{item.description}</small>}
              </span>
              {item.checked && <Glyph name="check" size={16} />}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

/** What has the focus in the tree the menu stands in, be it the document or a shadow root. */
function activeIn(list: HTMLElement): Element | null {
  return (list.getRootNode() as Document | ShadowRoot).activeElement;
}

function itemsOf(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>('[role^=menuitem]')];
}
