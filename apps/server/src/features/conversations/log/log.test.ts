import { expect, it } from 'vitest';
import { newMessage } from '../testing/engine.ts';
import { ann, newThread, silentReader, testProcesses } from '../testing/processes.ts';

const { startProcess } = await testProcesses();

it('replaces an item in its place and keeps what was written to the letter', async () => {
  const here = await startProcess();
  const id = await newThread(here);
  const first = newMessage('first');
  await here.conversations.putItem(ann, id, first);
  await here.conversations.putItem(ann, id, newMessage('second'));
  const odd = { z: 1, a: 'nul \u0000, half a pair \ud800, \u2028', nested: { b: null } };
  await here.conversations.putItem(ann, id, { ...first, payload: odd });
  const { data } = await here.conversations.items(ann, id, { limit: 9, order: 'asc', after: null });
  expect(data.map((row) => row.id)[0]).toBe(first.id);
  expect(JSON.stringify(data[0]!.payload)).toBe(JSON.stringify(odd));
});

it('pages by place, not by time, and refuses to continue from the future', async () => {
  const here = await startProcess();
  const id = await newThread(here);
  const sameTime = new Date();
  for (let i = 0; i < 7; i++) await here.conversations.putItem(ann, id, newMessage(String(i), { createdAt: sameTime }));
  const seen: unknown[] = [];
  let after: string | null = null;
  for (;;) {
    const page = await here.conversations.items(ann, id, { limit: 3, order: 'desc', after });
    seen.push(...page.data.map((row) => row.payload.text));
    after = page.data.at(-1)!.id;
    if (!page.hasMore) break;
  }
  expect(seen).toEqual(['6', '5', '4', '3', '2', '1', '0']);
  await expect(here.conversations.follow(ann, id, 99, silentReader)).rejects.toMatchObject({ code: 'bad_request' });
});
