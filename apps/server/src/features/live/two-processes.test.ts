import { describe, expect, it, vi } from 'vitest';
import { scriptedResponder } from '../../../testing/scripted-responder.ts';
import { world } from '../../../testing/world.ts';
import { hasRedis } from '../../platform/redis/testing.ts';
import { newMessage } from '../conversations/testing/engine.ts';
import { talkAt, textsOf } from './testing/talk.ts';

describe.skipIf(!hasRedis)('two processes', async () => {
  // Nothing ends what a suite that is skipped has begun.
  if (!hasRedis) return it('talk through Redis', () => {});
  const { ann, bob, server, servers } = await world({ answers: scriptedResponder(), processes: 2, redis: hasRedis });
  const { keep, group } = talkAt(server);
  const [one, two] = servers as [typeof server, typeof server];

  it('tell of what is said and done at the other', async () => {
    const [id, other] = [await group(ann, bob), await group(ann, bob)];
    const [here, there] = [keep(await ann.at(one).live()), keep(await bob.at(two).live({ cursor: null }))];
    await here.ask({ type: 'open', conversation: id, after: 2 });
    await there.ask({ type: 'open', conversation: id, after: 2 });
    const texts = Array.from({ length: 20 }, (_, at) => `${at}`);
    for (const [at, text] of texts.entries())
      await (at % 2 ? one : two).app.conversations.putItem(ann.id, id, newMessage(text, { authorId: ann.id }));
    await vi.waitFor(() => expect([textsOf(here), textsOf(there)]).toEqual([texts, texts]), { timeout: 5000 });
    await here.ask({ type: 'signal', conversation: id, signal: 'typing', data: {} });
    expect(await there.waitFor(({ signal }) => signal === 'typing')).toMatchObject({ person_id: ann.id });
    await one.app.conversations.putItem(ann.id, other, newMessage('elsewhere'));
    expect(await there.waitFor(({ type }) => type === 'changed')).toMatchObject({ conversation: other });
    await one.app.conversations.members.leave(ann.id, id, bob.id);
    await there.waitFor(({ type }) => type === 'gone');
  });

  it('close the sockets of a session that ended at the other', async () => {
    const mine = await server.signUp('elsewhere');
    const there = keep(await mine.at(two).live());
    await mine.at(one).post('/api/v1/auth/logout');
    expect(await there.closed).toEqual({ code: 4001, reason: 'signed out' });
  });

  it('send their clients away as they stop, who go on at the other from where they were', async () => {
    const id = await group(ann);
    const here = keep(await ann.at(one).live());
    await here.ask({ type: 'open', conversation: id, after: 1 });
    await two.app.conversations.putItem(ann.id, id, newMessage('before'));
    await vi.waitFor(() => expect(textsOf(here)).toEqual(['before']));
    const stopped = one.app.close();
    const { code, reason } = await here.closed;
    expect(code).toBe(1012);
    expect(reason).toMatch(/^retry_ms=\d+$/);
    await two.app.conversations.putItem(ann.id, id, newMessage('meanwhile'));
    const there = keep(await ann.at(two).live());
    await there.ask({ type: 'resume', conversations: { [id]: 2 } });
    await vi.waitFor(() => expect(textsOf(there)).toEqual(['meanwhile']));
    await stopped;
    // One that never answers does not hold the process.
    there.socket.pause();
    await two.app.close();
  });
});
