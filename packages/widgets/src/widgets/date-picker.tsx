import type { VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { usePopover } from '../controls/popover.ts';
import { actionOf } from './actions.ts';
import { useAction, useSay, useScope } from './context.ts';
import { addDays, addMonths, at, clampDay, dayOf, firstWeekday, monthWeeks, today, weekday } from './dates.ts';
import { fieldId, fieldLabel } from './field-name.ts';
import { useFieldValue } from './field-value.ts';
import type { NodeProps } from './node.tsx';
import { Trigger } from './trigger.tsx';
import { oneOf, textOf } from './values.ts';

export function DatePicker({ node }: NodeProps): VNode | null {
  const { rootId, locale } = useScope();
  const say = useSay();
  const name = textOf(node.name);
  const id = fieldId(rootId, name);
  const { fire, pending } = useAction('change');
  // A default keeps its time of day until the person chooses another day.
  const [value, setValue] = useFieldValue(dayOf(node.defaultValue) ? textOf(node.defaultValue) : '');
  const day = dayOf(value);
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const frame = useRef<HTMLSpanElement>(null);
  const popover = useRef<HTMLDivElement>(null);
  const close = (refocus = true) => {
    setOpen(false);
    if (refocus) button.current?.focus();
  };
  usePopover({
    open,
    anchor: frame,
    popover,
    side: oneOf(node.side, ['top', 'bottom', 'left', 'right'] as const) ?? 'bottom',
    align: oneOf(node.align, ['start', 'center', 'end'] as const) ?? 'start',
    onDismiss: () => close(false),
  });
  // After usePopover: what is not shown yet cannot take the focus.
  useLayoutEffect(() => {
    if (open) popover.current?.querySelector<HTMLElement>('.ck-day[tabindex="0"]')?.focus();
  }, [open]);
  if (!name) return null;

  const pick = (next: string) => {
    close();
    if (next === day) return;
    setValue(next);
    fire(actionOf(node.onChangeAction), [name, next === '' ? null : next]);
  };
  const label = fieldLabel({}, name);
  const text = day ? format(day, locale, { dateStyle: 'medium' }) : '';
  const placeholder = textOf(node.placeholder) || say('widget.date.placeholder');
  return (
    <>
      <Trigger
        node={node}
        name={name}
        id={id}
        button={button}
        frame={frame}
        value={value}
        text={text}
        placeholder={placeholder}
        clearLabel={say('widget.clear', { label })}
        busy={pending}
        attributes={{
          role: 'combobox',
          'aria-haspopup': 'dialog',
          'aria-expanded': open,
          'aria-controls': open ? `${id}-calendar` : undefined,
        }}
        onPress={() => (open ? close() : setOpen(true))}
        onClear={() => pick('')}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setOpen(true);
          else if ((event.key === 'Delete' || event.key === 'Backspace') && node.clearable === true && value) pick('');
          else return;
          event.preventDefault();
        }}
      />
      {open && (
        <div
          ref={popover}
          id={`${id}-calendar`}
          popover="manual"
          role="dialog"
          aria-modal="false"
          aria-label={say('widget.date.dialog')}
          class="ck-popover ck-calendar"
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            event.preventDefault();
            event.stopPropagation();
            close();
          }}
          onFocusOut={(event) => {
            const to = event.relatedTarget as Node | null;
            if (to && !popover.current?.contains(to) && !frame.current?.contains(to)) setOpen(false);
          }}
        >
          <Calendar day={day} min={dayOf(node.min)} max={dayOf(node.max)} locale={locale} say={say} onPick={pick} />
        </div>
      )}
    </>
  );
}

function Calendar(props: {
  day: string | undefined;
  min: string | undefined;
  max: string | undefined;
  locale: string;
  say: ReturnType<typeof useSay>;
  onPick(day: string): void;
}): VNode {
  const { day, min, max, locale, say } = props;
  const now = today();
  const [cursor, setCursor] = useState(() => clampDay(day ?? now, min, max));
  const grid = useRef<HTMLTableElement>(null);
  const byKeyboard = useRef(false);
  // The focus follows the cursor when a key has moved it, and stays on the button that turned the month.
  useLayoutEffect(() => {
    if (byKeyboard.current) grid.current?.querySelector<HTMLElement>(`[data-day="${cursor}"]`)?.focus();
    byKeyboard.current = false;
  }, [cursor]);

  const outside = (other: string) => (min !== undefined && other < min) || (max !== undefined && other > max);
  const turn = (months: number) => setCursor(clampDay(addMonths(cursor, months), min, max));
  const month = cursor.slice(0, 7);
  const first = firstWeekday(locale);
  const weeks = monthWeeks(cursor, first);
  // Short names do not fit a column in every language (Arabic writes them out).
  const short = weeks[0]!.map((name) => format(name, locale, { weekday: 'short' }));
  const narrow = short.some((name) => name.length > 4);

  const onKeyDown = (event: KeyboardEvent) => {
    const forward = getComputedStyle(grid.current!).direction === 'rtl' ? -1 : 1;
    const intoWeek = (weekday(cursor) - first + 7) % 7;
    const moves = new Map<string, () => string>([
      ['ArrowLeft', () => addDays(cursor, -forward)],
      ['ArrowRight', () => addDays(cursor, forward)],
      ['ArrowUp', () => addDays(cursor, -7)],
      ['ArrowDown', () => addDays(cursor, 7)],
      ['Home', () => addDays(cursor, -intoWeek)],
      ['End', () => addDays(cursor, 6 - intoWeek)],
      ['PageUp', () => addMonths(cursor, event.shiftKey ? -12 : -1)],
      ['PageDown', () => addMonths(cursor, event.shiftKey ? 12 : 1)],
    ]);
    const move = moves.get(event.key);
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    byKeyboard.current = true;
    setCursor(clampDay(move(), min, max));
  };

  return (
    <>
      <div class="ck-calendar-head">
        <button
          type="button"
          class="ck-turn ck-turn-back"
          aria-label={say('widget.date.previous')}
          disabled={min !== undefined && month <= min.slice(0, 7)}
          onClick={() => turn(-1)}
        />
        <div class="ck-calendar-month" aria-live="polite">
          {format(cursor, locale, { month: 'long', year: 'numeric' })}
        </div>
        <button
          type="button"
          class="ck-turn ck-turn-on"
          aria-label={say('widget.date.next')}
          disabled={max !== undefined && month >= max.slice(0, 7)}
          onClick={() => turn(1)}
        />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the grid of the date picker pattern, on the table it is */}
      <table ref={grid} role="grid" class="ck-calendar-grid" aria-label={say('widget.date.keys')} onKeyDown={onKeyDown}>
        <thead>
          <tr>
            {weeks[0]!.map((name, index) => (
              <th key={weekday(name)} scope="col" abbr={format(name, locale, { weekday: 'long' })}>
                {narrow ? format(name, locale, { weekday: 'narrow' }) : short[index]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks.map((week) => (
            <tr key={week[0]}>
              {week.map((other) => (
                // biome-ignore lint/a11y/useFocusableInteractive: its button takes the focus
                // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a cell of that grid
                <td key={other} role="gridcell" aria-selected={other === day}>
                  <button
                    type="button"
                    class="ck-day"
                    data-day={other}
                    data-other={other.slice(0, 7) !== month || undefined}
                    aria-current={other === now ? 'date' : undefined}
                    aria-label={format(other, locale, { dateStyle: 'full' })}
                    disabled={outside(other)}
                    tabIndex={other === cursor ? 0 : -1}
                    onClick={() => props.onPick(other)}
                  >
                    {Number(other.slice(8))}
                  </button>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <div class="ck-calendar-foot">
        <button
          type="button"
          class="ck-button ck-v-ghost ck-c-secondary ck-s-sm"
          disabled={outside(now)}
          onClick={() => props.onPick(now)}
        >
          <span class="ck-button-face">{say('widget.date.today')}</span>
        </button>
      </div>
    </>
  );
}

function format(day: string, locale: string, options: Intl.DateTimeFormatOptions): string {
  try {
    return new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }).format(at(day));
  } catch {
    return new Intl.DateTimeFormat('en', { ...options, timeZone: 'UTC' }).format(at(day));
  }
}
