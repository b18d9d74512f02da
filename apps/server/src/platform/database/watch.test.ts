import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createWatch } from './watch.ts';

const everyMs = 20;
/** Holds up this process, with all that it could have read. */
const standStill = (ms: number) => {
  for (const end = performance.now() + ms; performance.now() < end; );
};

it('a process that stands still does not take that for a database that hangs', async () => {
  let lost = false;
  let asked = 0;
  // A connection is made and asked in several turns.
  const probe = async () => {
    asked += 1;
    await sleep(1);
    if (asked === 1) standStill(everyMs * 40);
    for (let turn = 0; turn < 4; turn++) await sleep(1);
  };
  const watch = createWatch(probe, () => (lost = true), everyMs);
  const statement = Promise.withResolvers<string>();
  const watched = watch.watch(() => statement.promise);
  while (asked < 2) await sleep(5);
  statement.resolve('rows');
  expect(await watched).toBe('rows');
  expect(lost).toBe(false);
  watch.close();
});

it('a statement is not doubted for the time that this process stood still', async () => {
  let asked = 0;
  const watch = createWatch(
    async () => void asked++,
    () => {},
    everyMs,
  );
  const statement = Promise.withResolvers<string>();
  const watched = watch.watch(() => statement.promise);
  standStill(everyMs * 40);
  await sleep(1);
  expect(asked).toBe(0);
  statement.resolve('rows');
  expect(await watched).toBe('rows');
  watch.close();
});

it('a database that does not answer hangs, and is asked for until it does', async () => {
  let lost = 0;
  let silent = true;
  const watch = createWatch(
    () => (silent ? new Promise(() => {}) : Promise.resolve()),
    () => lost++,
    everyMs,
  );
  await expect(watch.watch(() => new Promise(() => {}))).rejects.toMatchObject({ code: 'database_unavailable' });
  expect(lost).toBe(1);
  await expect(watch.watch(async () => 'rows')).rejects.toMatchObject({ code: 'database_unavailable' });
  silent = false;
  await expect.poll(() => watch.watch(async () => 'rows').catch(() => {}), { timeout: 10_000 }).toBe('rows');
  watch.close();
});
