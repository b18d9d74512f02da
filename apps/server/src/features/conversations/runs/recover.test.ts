import { expect, it, vi } from 'vitest';
import { newId } from '../../../platform/ids/index.ts';
import { newMessage } from '../testing/engine.ts';
import { ann, bob, follow, newThread, startRun, testProcesses } from '../testing/processes.ts';

const { database, startProcess } = await testProcesses();

it('interrupts a run whose process is gone, and keeps the text it had', async () => {
  const [dying, living] = [await startProcess(), await startProcess()];
  const id = await newThread(dying);
  const { run, say } = await startRun(dying, id);
  say('half an ans');
  await vi.waitFor(async () => {
    const { rows } = await database.pool.query(
      'SELECT piece FROM run_pieces p JOIN runs r ON r.number = p.run WHERE r.id = $1',
      [run.id],
    );
    expect(rows.map(({ piece }) => piece).join()).toContain('half an ans');
  });
  await living.conversations.runs.recover();
  expect((await living.conversations.items(ann, id, { limit: 9, order: 'asc', after: null })).data).toHaveLength(0);

  await dying.lease.close();
  await living.conversations.runs.recover();
  const { data } = await living.conversations.items(ann, id, { limit: 9, order: 'asc', after: null });
  expect(data.map((row) => [row.payload.text, row.hidden])).toEqual([
    ['half an ans', false],
    ['cut off', true],
  ]);
  const feed = await follow(living, id);
  expect(feed.heard.at(-1)).toEqual({ kind: 'caught-up', running: false, interrupted: true });
  feed.close();
  // The next one may answer, and a late word of the dead process changes nothing.
  await startRun(living, id);
  await dying.conversations.runs.finish(run, { state: 'done' });
  expect(living.conversations.runs.live(id)[0]?.state).toBe('running');
});

it('tells a reader who comes back first that a run was interrupted, with the text it had', async () => {
  const [dying, living] = [await startProcess(), await startProcess()];
  const id = await newThread(dying);
  const { run, say } = await startRun(dying, id);
  say('half an ans');
  await vi.waitFor(async () => {
    const { rows } = await database.pool.query(
      'SELECT piece FROM run_pieces p JOIN runs r ON r.number = p.run WHERE r.id = $1',
      [run.id],
    );
    expect(rows.map(({ piece }) => piece).join()).toContain('half');
  });
  await dying.lease.close();
  const feed = await follow(living, id);
  const told = feed.heard.flatMap((output) => (output.kind === 'event' ? [output.event] : []));
  expect(told.map(({ type }) => type)).toEqual([
    'conversation.created',
    'run.started',
    'item.done',
    'item.done',
    'run.ended',
  ]);
  expect(told[2]?.item?.payload.text).toBe('half an ans');
  expect(feed.heard.at(-1)).toEqual({ kind: 'caught-up', running: false, interrupted: true });
  feed.close();
});

it('leaves a run its conversation while all connections to the database are lost', async () => {
  const [here, there] = [await startProcess(), await startProcess()];
  const id = await newThread(here);
  const { run } = await startRun(here, id);
  await there.conversations.runs.recover();
  const client = await database.connect();
  await client.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  await client.end();
  // Its lock is free at this moment.
  await vi.waitFor(() => there.conversations.runs.recover(), 10_000);
  const other = there.conversations.runs.prepare(ann, 'assistant');
  await expect(there.conversations.runs.claim(other, id)).rejects.toMatchObject({ code: 'run_in_progress' });
  const { rows } = await database.pool.query('SELECT state FROM runs WHERE id = $1', [run.id]);
  expect(rows[0].state).toBe('running');
  await here.conversations.runs.finish(run, { state: 'done' });
});

it('finds the run of a request that is made again, and its end when its process is gone', async () => {
  const [dying, living] = [await startProcess(), await startProcess()];
  const id = await newThread(dying);
  await dying.conversations.putItem(ann, id, newMessage('before'));
  const request = { clientId: `key of ${id}`, hash: 'h' };
  const run = dying.conversations.runs.prepare(ann, 'assistant', { request });
  const question = newMessage('question', { id: newId('msg') });
  await dying.conversations.runs.claim(run, id, { ...question, authorId: ann, clientId: request.clientId });
  const asked = () => living.conversations.runs.findRequest(ann, request);
  expect(await asked()).toEqual({ conversationId: id, after: 2 });
  expect(await living.conversations.runs.findRequest(bob, request)).toBeNull();
  await expect(living.conversations.runs.findRequest(ann, { ...request, hash: 'other' })).rejects.toMatchObject({
    code: 'idempotency_key_reused',
  });
  // Neither its run nor its item is there a second time.
  const again = living.conversations.runs.prepare(ann, 'assistant', { request });
  await expect(living.conversations.runs.claim(again, await newThread(living))).rejects.toMatchObject({
    code: 'conflict',
  });
  await expect(
    living.conversations.putItem(ann, id, { ...newMessage('twice'), authorId: ann, clientId: request.clientId }),
  ).rejects.toMatchObject({ code: 'conflict' });

  await dying.lease.close();
  await asked();
  const feed = await follow(living, id, 2);
  expect(feed.heard.flatMap((output) => (output.kind === 'event' ? [output.event.type] : []))).toEqual([
    'run.started',
    'item.done',
    'item.done',
    'run.ended',
  ]);
  feed.close();
});
