import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';

export type MenuItem = {
  label: string;
  onSelect: () => void;
  /** Present for a choice among several; true for the current one. */
  checked?: boolean;
  danger?: boolean;
  lang?: string;
  icon?: ReactNode;
};

type MenuGroup = {
  /** Read out before the group, and shown above it. */
  label?: string;
  items: MenuItem[];
};

export type MenuProps = {
  /** The name of the button. */
  label: string;
  button: ReactNode;
  header?: ReactNode;
  groups: MenuGroup[];
  className?: string;
  testId?: string;
};

/**
 * A menu button after the WAI-ARIA pattern: Enter, Space and the arrows open it; the arrows, Home and End move; Escape and
 * Tab close it, and the focus returns to the button. It looks like the menus of the chat beside it (their controls.css).
 */
export function Menu({ label, button, header, groups, className = '', testId }: MenuProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const startAtEnd = useRef(false);
  const id = useId();

  const items = () => [...(list.current?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])];

  useEffect(() => {
    if (!open) return;
    const all = [...(list.current?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])];
    // A menu that opens at the foot of the page would otherwise show its first line only.
    list.current?.scrollIntoView({ block: 'nearest' });
    all.at(startAtEnd.current ? -1 : 0)?.focus({ preventScroll: true });
    const away = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', away);
    return () => document.removeEventListener('pointerdown', away);
  }, [open]);

  function close() {
    setOpen(false);
    trigger.current?.focus();
  }

  function onListKey(event: KeyboardEvent) {
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      all[to % all.length]?.focus();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      close();
    } else if (event.key === 'Tab') {
      setOpen(false);
    }
  }

  return (
    <div ref={root} className={`relative ${className}`}>
      <button
        ref={trigger}
        type="button"
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        data-testid={testId}
        onClick={() => {
          startAtEnd.current = false;
          setOpen(!open);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
          event.preventDefault();
          startAtEnd.current = event.key === 'ArrowUp';
          setOpen(true);
        }}
        className="inline-flex min-h-11 min-w-11 items-center justify-center gap-2 rounded-control text-small text-ink-soft transition-colors hover:bg-sunken hover:text-ink aria-expanded:bg-sunken"
      >
        {button}
      </button>
      {open && (
        <div className="absolute right-0 z-20 mt-1 w-max min-w-50 max-w-[min(320px,calc(100vw-24px))] rounded-menu bg-sheet p-1 shadow-floating forced-colors:border">
          {header && <div className="border-b border-hairline px-2.5 py-2.5">{header}</div>}
          <div
            ref={list}
            id={id}
            role="menu"
            aria-label={label}
            tabIndex={-1}
            onKeyDown={onListKey}
            className="scroll-mb-3"
          >
            {groups
              .filter((group) => group.items.length > 0)
              .map((group, index) => (
                <MenuSection key={group.label ?? index} group={group} first={index === 0} onDone={close} />
              ))}
          </div>
        </div>
      )}
    </div>
  );
}

function MenuSection({ group, first, onDone }: { group: MenuGroup; first: boolean; onDone: () => void }) {
  const id = useId();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset inside a menu would be announced as a form
    <div
      role="group"
      aria-labelledby={group.label === undefined ? undefined : id}
      className={first ? '' : 'mt-1 border-t border-hairline pt-1'}
    >
      {group.label !== undefined && (
        <div id={id} className="px-2.5 pt-2 pb-1 text-note font-medium text-ink-soft">
          {group.label}
        </div>
      )}
      {group.items.map((item) => (
        <button
          key={item.label}
          type="button"
          {...(item.checked === undefined
            ? { role: 'menuitem' }
            : { role: 'menuitemradio', 'aria-checked': item.checked })}
          tabIndex={-1}
          lang={item.lang}
          onClick={() => {
            onDone();
            item.onSelect();
          }}
          className={`flex min-h-9 w-full items-center justify-between gap-2.5 rounded-control px-2.5 py-1.5 text-left text-small hover:bg-sunken focus-visible:bg-sunken focus-visible:-outline-offset-2 aria-checked:bg-wash pointer-coarse:min-h-11 ${item.danger ? 'text-danger' : ''}`}
        >
          {item.label}
          {item.icon}
        </button>
      ))}
    </div>
  );
}
