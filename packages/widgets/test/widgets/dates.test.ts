import { expect, it } from 'vitest';
import {
  addDays,
  addMonths,
  clampDay,
  dayOf,
  firstWeekday,
  monthWeeks,
  today,
  weekday,
} from '../../src/widgets/dates.ts';

it('the day is read as written, and only if there is one', () => {
  expect(dayOf('2026-03-12')).toBe('2026-03-12');
  expect(dayOf('2026-03-12T23:30:00-08:00')).toBe('2026-03-12');
  for (const bad of ['2026-02-30', '2026-13-01', '12/03/2026', '2026-03-12x', '', 0, null])
    expect(dayOf(bad)).toBeUndefined();
});

it('days and months are counted across their ends', () => {
  expect(addDays('2026-02-28', 1)).toBe('2026-03-01');
  expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
  expect(addMonths('2026-01-31', 1)).toBe('2026-02-28');
  expect(addMonths('2026-03-31', -1)).toBe('2026-02-28');
  expect(addMonths('2026-12-15', 1)).toBe('2027-01-15');
  expect(addMonths('9999-12-15', 1)).toBe('9999-12-15');
});

it('a clock change moves no day', () => {
  let day = '2026-01-01';
  for (let count = 0; count < 365; count++) day = addDays(day, 1);
  expect(day).toBe('2027-01-01');
});

it('six weeks, beginning where the region begins them', () => {
  const weeks = monthWeeks('2026-03-12', 1);
  expect(weeks).toHaveLength(6);
  expect(weeks[0]![0]).toBe('2026-02-23');
  expect(weeks.every((week) => weekday(week[0]!) === 1)).toBe(true);
  expect(monthWeeks('2026-03-12', 0)[0]![0]).toBe('2026-03-01');
  expect(firstWeekday('fr-FR')).toBe(1);
  expect(firstWeekday('en-US')).toBe(0);
  expect(firstWeekday('not a locale')).toBe(1);
});

it('bounds, and today where the reader is', () => {
  expect(clampDay('2026-03-12', '2026-03-20', undefined)).toBe('2026-03-20');
  expect(clampDay('2026-03-12', undefined, '2026-03-01')).toBe('2026-03-01');
  expect(today(new Date(2026, 2, 1, 23, 59))).toBe('2026-03-01');
});
