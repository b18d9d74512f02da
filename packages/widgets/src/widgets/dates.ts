// A day is "YYYY-MM-DD": it compares as text, and has no time zone to shift it. Arithmetic is done in UTC.

const shape = /^(\d{4})-(\d{2})-(\d{2})(?:$|[T ])/;

/** The day an ISO date or date-time names, as it is written (a time zone does not move it), or undefined. */
export function dayOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const [, year, month, day] = shape.exec(value) ?? [];
  if (!day) return undefined;
  const text = `${year}-${month}-${day}`;
  return toDay(at(text)) === text ? text : undefined; // The 30th of February is no day.
}

/** The moment a day begins, in UTC, for `Intl.DateTimeFormat` with `timeZone: "UTC"`. */
export function at(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}

function toDay(date: Date): string {
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 10);
}

/** Today where the reader is. */
export function today(now: Date = new Date()): string {
  return toDay(new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate())));
}

export function addDays(day: string, days: number): string {
  const date = at(day);
  date.setUTCDate(date.getUTCDate() + days);
  return within(toDay(date), day);
}

/** The same day in another month, or that month's last day when it is shorter. */
export function addMonths(day: string, months: number): string {
  const date = at(day);
  const wanted = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(wanted, last));
  return within(toDay(date), day);
}

// Years of other than four digits are written differently and would no longer compare as text.
function within(day: string, otherwise: string): string {
  return /^\d{4}-\d\d-\d\d$/.test(day) && day > '0001' ? day : otherwise;
}

/** 0 is Sunday. */
export function weekday(day: string): number {
  return at(day).getUTCDay();
}

/** The day moved into [min, max]; either may be missing. */
export function clampDay(day: string, min: string | undefined, max: string | undefined): string {
  if (max !== undefined && day > max) return max;
  return min !== undefined && day < min ? min : day;
}

/**
 * The weeks a calendar shows for the month of `day`: always six, so that it does not change height from month to month.
 * @param firstWeekday 0 is Sunday.
 */
export function monthWeeks(day: string, firstWeekday: number): string[][] {
  const first = `${day.slice(0, 8)}01`;
  const start = addDays(first, -((weekday(first) - firstWeekday + 7) % 7));
  return Array.from({ length: 6 }, (_, week) =>
    Array.from({ length: 7 }, (_, index) => addDays(start, week * 7 + index)),
  );
}

/** The weekday a week begins with in a region; 0 is Sunday. */
export function firstWeekday(locale: string): number {
  try {
    const info = new Intl.Locale(locale) as Intl.Locale & {
      getWeekInfo?(): { firstDay: number };
      weekInfo?: { firstDay: number };
    };
    return ((info.getWeekInfo?.() ?? info.weekInfo)?.firstDay ?? 1) % 7;
  } catch {
    return 1;
  }
}
