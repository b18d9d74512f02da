import { expect, it, vi } from 'vitest';
import { newMessage } from '../testing/engine.ts';
import { ann, follow, newThread, startRun, testProcesses } from '../testing/processes.ts';

const { database, startProcess } = await testProcesses();

it('lets one of many who ask at the same time answer, whatever their process', async () => {
  const [one, two] = [await startProcess(), await startProcess()];
  const id = await newThread(one);
  const claims = await Promise.allSettled(
    Array.from({ length: 10 }, (_, i) => {
      const { runs } = (i % 2 ? one : two).conversations;
      return runs.claim(runs.prepare(ann, 'assistant'), id);
    }),
  );
  expect(claims.filter((claim) => claim.status === 'fulfilled')).toHaveLength(1);
  const refusals = claims.flatMap((claim) => (claim.status === 'rejected' ? [claim.reason.code] : []));
  expect(new Set(refusals)).toEqual(new Set(['run_in_progress']));
  expect(one.conversations.runs.count + two.conversations.runs.count).toBe(1);
});

it.each(['the same process', 'another process'])('stops a run from %s', async (where) => {
  const one = await startProcess();
  const there = where === 'another process' ? await startProcess() : one;
  const id = await newThread(one);
  const { run } = await startRun(one, id);
  await there.conversations.runs.stop(ann, id);
  await vi.waitFor(() => expect(run.signal.reason).toBe('stopped'));
  await one.conversations.runs.finish(run, { state: 'stopped' });
  await expect(there.conversations.runs.stop(ann, id)).resolves.toBeUndefined();
});

it('tells that a run is over once its end is stored, though its process does not know yet', async () => {
  const here = await startProcess();
  const id = await newThread(here);
  const { run } = await startRun(here, id);
  let hear = () => {};
  const heard = new Promise<void>((resolve) => {
    hear = resolve;
  });
  const query = database.pool.query.bind(database.pool) as (...args: unknown[]) => Promise<unknown>;
  const spy = vi.spyOn(database.pool, 'query').mockImplementation((async (...args: [{ name?: string }]) => {
    const result = await query(...args);
    if (args[0].name === 'conversations.end-run') await heard;
    return result;
  }) as never);
  const finished = here.conversations.runs.finish(run, { state: 'done' });
  await vi.waitFor(async () => {
    const { rows } = await database.pool.query('SELECT state FROM runs WHERE id = $1', [run.id]);
    expect(rows[0].state).toBe('done');
  });
  expect(here.conversations.runs.live(id)).toEqual([run]);
  const feed = await follow(here, id);
  expect(feed.heard.at(-1)).toEqual({ kind: 'caught-up', running: false, interrupted: false });
  hear();
  await finished;
  spy.mockRestore();
  feed.close();
});

it('leaves no trace of a run that is abandoned', async () => {
  const here = await startProcess();
  const id = await newThread(here);
  const feed = await follow(here, id);
  const { run } = await startRun(here, id);
  await here.conversations.runs.abandon(run);
  await here.conversations.putItem(ann, id, newMessage('after'));
  await vi.waitFor(() =>
    expect(feed.heard.some((output) => output.kind === 'event' && output.event.type === 'item.done')).toBe(true),
  );
  await startRun(here, id);
  feed.close();
});

it('waits for runs when the server stops, then interrupts them and refuses new ones', async () => {
  const here = await startProcess();
  const id = await newThread(here);
  const { run } = await startRun(here, id);
  const drained = here.conversations.runs.drain(500);
  const { run: late } = await startRun(here, await newThread(here));
  await here.conversations.runs.finish(run, { state: 'done' });
  await vi.waitFor(() => expect(late.signal.reason).toBe('interrupted'));
  expect(() => here.conversations.runs.prepare(ann, 'assistant')).toThrow(
    expect.objectContaining({ code: 'stopping' }),
  );
  await here.conversations.runs.finish(late, { state: 'interrupted' });
  await drained;
});
