import { expect, it, vi } from 'vitest';
import type { FeedOutput } from '../index.ts';
import { newMessage, plainWire } from '../testing/engine.ts';
import { ann, follow, newThread, startRun, testProcesses, textOf } from '../testing/processes.ts';

const { database, bus, startProcess } = await testProcesses();

it('numbers events without a gap and tells each once, though two processes write at the same time', async () => {
  const [one, two] = [await startProcess(), await startProcess()];
  const id = await newThread(one);
  const [near, far] = [await follow(one, id), await follow(two, id)];
  await Promise.all(
    Array.from({ length: 60 }, (_, i) => (i % 2 ? one : two).conversations.putItem(ann, id, newMessage(String(i)))),
  );
  const all = Array.from({ length: 61 }, (_, i) => i + 1);
  await vi.waitFor(() => expect(near.numbers()).toHaveLength(61));
  await vi.waitFor(() => expect(far.numbers()).toHaveLength(61));
  expect(near.numbers()).toEqual(all);
  expect(far.numbers()).toEqual(all);
  const late = await follow(one, id, 40);
  expect(late.numbers()).toEqual(all.slice(40));
  for (const feed of [near, far, late]) feed.close();
});

it('reads the log once more for what is written while it reads', async () => {
  const here = await startProcess();
  const id = await newThread(here);
  const one = await follow(here, id);
  const ask = database.pool.query.bind(database.pool) as (...asked: unknown[]) => Promise<unknown>;
  const { promise: written, resolve } = Promise.withResolvers<void>();
  let looks = 0;
  const query = vi.spyOn(database.pool, 'query').mockImplementation((async (...asked: unknown[]) => {
    if ((asked[0] as { name?: string }).name !== 'conversations.tail-events') return ask(...asked);
    looks++;
    await written;
    return ask(...asked);
  }) as never);
  for (let at = 0; at < 20; at++) await here.conversations.putItem(ann, id, newMessage(`${at}`));
  resolve();
  await vi.waitFor(() => expect(one.numbers()).toEqual(Array.from({ length: 21 }, (_, at) => at + 1)));
  query.mockRestore();
  expect(looks).toBe(2);
  one.close();
});

it('tells events while a crowd signals, drops signals beyond a limit, and tells newcomers the last one', async () => {
  const here = await startProcess();
  const id = await newThread(here);
  let told = 0;
  const reader = {
    wire: plainWire,
    send: (_: FeedOutput, output: FeedOutput) => void (output.kind === 'signal' && told++),
    onError() {},
  };
  const crowd = await Promise.all(Array.from({ length: 300 }, () => here.conversations.follow(ann, id, 1, reader)));
  const one = await follow(here, id, 1);
  for (let at = 0; at < 200; at++) crowd[0]!.signal({ type: 'pointer', key: 'w', data: { at } });
  await here.conversations.putItem(ann, id, newMessage('heard'));
  await vi.waitFor(() => expect(one.numbers()).toEqual([2]));
  expect(told).toBeGreaterThanOrEqual(300);
  expect(told).toBeLessThan(300 * 200);
  const late = await follow(here, id, 2);
  expect(late.heard).toContainEqual({
    kind: 'signal',
    signal: { type: 'pointer', personId: ann, key: 'w', data: { at: 199 } },
  });
  for (const { close } of [...crowd, one, late]) close();
});

it('ends the feeds of a deleted conversation', async () => {
  const here = await startProcess();
  const id = await newThread(here);
  const feed = await follow(here, id);
  await here.conversations.remove(ann, id);
  await vi.waitFor(() => expect(feed.heard.at(-1)).toEqual({ kind: 'gone' }));
});

it.each(['the same process', 'another process'])(
  'tells a run in mid-sentence from %s, nothing lost and nothing twice',
  async (where) => {
    const one = await startProcess();
    const there = where === 'another process' ? await startProcess() : one;
    const id = await newThread(one);
    const { run, pending, say } = await startRun(one, id);
    for (const word of ['one ', 'two ', 'three ']) say(word);
    const feed = await follow(there, id, 1);
    say('four ');
    await new Promise((resolve) => setTimeout(resolve, 20));
    const second = await follow(there, id, 1);
    say('five');
    await vi.waitFor(() => expect(textOf(feed.heard)).toBe('one two three four five'));
    await vi.waitFor(() => expect(textOf(second.heard)).toBe('one two three four five'));

    await one.conversations.putItem(ann, id, newMessage(String(pending.payload.text), { id: pending.id }));
    await one.conversations.runs.finish(run, { state: 'done' });
    await vi.waitFor(() =>
      expect(feed.heard.at(-1)).toMatchObject({ event: { type: 'run.ended', payload: { state: 'done' } } }),
    );
    // The end of the item comes after the last of its words, never before.
    const kinds = feed.heard.map((output) => output.kind);
    const done = feed.heard.findIndex((output) => output.kind === 'event' && output.event.type === 'item.done');
    expect(kinds.lastIndexOf('said')).toBeLessThan(done);
    feed.close();
    second.close();
  },
);

it('tells a run from its first word to those who followed before it began', async () => {
  const [one, two] = [await startProcess(), await startProcess()];
  const id = await newThread(one);
  const feed = await follow(two, id);
  const { run, say } = await startRun(one, id);
  await vi.waitFor(() => expect(feed.heard.some((output) => output.kind === 'snapshot')).toBe(true));
  say('hello ');
  say('world');
  await vi.waitFor(() => expect(textOf(feed.heard)).toBe('hello world'));
  await one.conversations.runs.finish(run, { state: 'done' });
  feed.close();
});

it('goes on telling a run, whatever another version of the server puts on the bus', async () => {
  const [one, two] = [await startProcess(), await startProcess()];
  const id = await newThread(one);
  const { run, pending, say } = await startRun(one, id);
  say('one ');
  const feed = await follow(two, id);
  await vi.waitFor(() => expect(textOf(feed.heard)).toBe('one '));
  const name = await new Promise<string>((resolve) => {
    const channel = `conversation.${id}`;
    void bus.subscribe(channel, {
      message: (message) => message.startsWith('{"kind":"ask"') && resolve(JSON.parse(message).from),
    });
    // A gap is what makes it ask.
    bus.publish(channel, JSON.stringify({ kind: 'said', runId: run.id, from: 99, signals: [] }));
  });
  const former = [
    { kind: 'snapshot', to: name, runId: run.id, pending: [], allowCancel: true },
    { kind: 'signals', runId: run.id, frames: ['data: {}'] },
    { kind: 'ask', from: 'another' },
    { kind: 'stop' },
    { kind: 'signal' },
    { kind: 'said', runId: run.id },
    { kind: 'event' },
    {},
    null,
    'text',
  ];
  for (const message of former) bus.publish(`conversation.${id}`, JSON.stringify(message));
  say('two');
  await vi.waitFor(() => expect(textOf(feed.heard)).toBe('one two'));
  expect(run.signal.aborted).toBe(false);
  await one.conversations.putItem(ann, id, newMessage(String(pending.payload.text), { id: pending.id }));
  await one.conversations.runs.finish(run, { state: 'done' });
  await vi.waitFor(() => expect(feed.heard.at(-1)).toMatchObject({ event: { type: 'run.ended' } }));
  feed.close();
});
