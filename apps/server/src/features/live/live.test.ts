import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual as isDeepEqual } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { openSocket, type ReceivedFrame } from '../../../testing/live-client.ts';
import { gate, scriptedResponder } from '../../../testing/scripted-responder.ts';
import { inputOf, threadIdOf } from '../../../testing/stream.ts';
import { world } from '../../../testing/world.ts';
import { newMessage } from '../conversations/testing/engine.ts';
import { numbersOf, talkAt, textsOf } from './testing/talk.ts';

const responder = scriptedResponder();
const { ann, bob, server } = await world({ answers: responder });
const { app, database, port } = server;
const { keep, enter, group, say } = talkAt(server);

describe('two people in one conversation', () => {
  it('are told what each says, once and in order', async () => {
    const id = await group(ann, bob);
    const [one, other] = [await enter(ann), await enter(bob)];
    expect(await one.ask({ type: 'open', conversation: id, after: 0 })).toMatchObject({ type: 'opened', after: 0 });
    await other.ask({ type: 'open', conversation: id, after: 0 });
    for (let at = 0; at < 20; at++) await say(at % 2 ? ann : bob, id, `${at}`);
    const expected = Array.from({ length: 20 }, (_, at) => `${at}`);
    for (const client of [one, other]) {
      await vi.waitFor(() => expect(textsOf(client)).toEqual(expected));
      expect(numbersOf(client, id)).toEqual(Array.from({ length: 22 }, (_, at) => at + 1));
      expect(client.received.filter(({ type }) => type === 'caught_up')).toHaveLength(1);
    }
    expect(JSON.stringify(one.received)).not.toContain('of the application');
  });

  it('lose and double nothing, however often the connection breaks', async () => {
    const id = await group(ann, bob);
    const heard: unknown[] = [];
    let last = 0;
    let isOver = false;
    const talking = (async () => {
      for (let at = 0; at < 120; at++) await say(bob, id, `${at}`);
      isOver = true;
    })();
    for (let done = false; !done; ) {
      done = isOver;
      const client = await ann.live();
      client.send({ type: 'resume', conversations: { [id]: last } });
      await client.waitFor(({ type }) => type === 'caught_up');
      await sleep(Math.random() * 30);
      client.leave();
      for (const told of client.received) {
        if (told.type !== 'event') continue;
        expect(told.n).toBeGreaterThan(last);
        last = told.n as number;
        if (told.item) heard.push((told.item as { payload: { text: string } }).payload.text);
      }
    }
    await talking;
    expect(heard).toEqual(Array.from({ length: 120 }, (_, at) => `${at}`));
  });

  it('see what the other does at this moment, and whoever comes later too', async () => {
    const id = await group(ann, bob);
    const [one, other] = [await enter(ann), await enter(bob)];
    await Promise.all([one, other].map((client) => client.ask({ type: 'open', conversation: id, after: 2 })));
    const typing = { type: 'signal', conversation: id, signal: 'typing', data: { since: 1 } };
    expect(await one.ask(typing)).toMatchObject({ type: 'done' });
    const isTyping = ({ signal }: ReceivedFrame) => signal === 'typing';
    expect(await other.waitFor(isTyping)).toEqual({
      type: 'signal',
      conversation: id,
      signal: 'typing',
      person_id: ann.id,
      key: '',
      data: { since: 1 },
    });
    const late = await enter(bob);
    await late.ask({ type: 'open', conversation: id, after: 2 });
    await late.waitFor(isTyping);
    // A hundred places of a pointer in one moment: the first and the last are told, and few of those between.
    for (let x = 0; x < 100; x++)
      other.send({ type: 'signal', conversation: id, signal: 'pointer', key: 'w', data: { x } });
    await one.waitFor((told) => isDeepEqual(told.data, { x: 99 }));
    const pointers = one.received.filter(({ signal }) => signal === 'pointer');
    expect(pointers[0]).toMatchObject({ person_id: bob.id, key: 'w', data: { x: 0 } });
    expect(pointers.length).toBeLessThan(20);
    const large = { ...typing, data: { words: 'x'.repeat(1001) } };
    expect(await one.ask(large)).toMatchObject({ type: 'error', error: { code: 'invalid_input' } });
    const closed = { ...typing, conversation: await group(bob) };
    expect(await one.ask(closed)).toMatchObject({ type: 'error', error: { code: 'conflict' } });
  });

  it('see how far the other has read, in the conversation and in their own lists', async () => {
    const id = await group(ann, bob);
    const [one, other, second] = [await enter(ann), await enter(bob), await enter(bob, { cursor: null })];
    await one.ask({ type: 'open', conversation: id, after: 2 });
    await say(ann, id, 'Look');
    expect(await other.ask({ type: 'read', conversation: id, read_to: 1 })).toMatchObject({ type: 'done' });
    expect(await one.waitFor(({ signal }) => signal === 'receipt')).toMatchObject({
      person_id: bob.id,
      data: { read_to: 1, delivered_to: 1 },
    });
    expect(await second.waitFor(({ type }) => type === 'read')).toMatchObject({ conversation: id, read_to: 1 });
    const refused = await other.ask({ type: 'read', conversation: await group(ann), read_to: 1 });
    expect(refused).toMatchObject({ type: 'error', error: { code: 'not_found' } });
    expect(await other.ask({ type: 'read', conversation: id })).toMatchObject({ error: { code: 'invalid_input' } });
  });

  it('whoever is removed hears that it is gone, and nothing after', async () => {
    const id = await group(ann, bob);
    const [one, other] = [await enter(ann), await enter(bob, { cursor: null })];
    await Promise.all([one, other].map((client) => client.ask({ type: 'open', conversation: id, after: 2 })));
    await app.conversations.members.leave(ann.id, id, bob.id);
    await say(ann, id, 'Behind their back');
    await vi.waitFor(() => expect(textsOf(one)).toEqual(['Behind their back']));
    await other.waitFor(({ type }) => type === 'gone');
    await other.waitFor(({ type }) => type === 'left');
    expect(JSON.stringify(other.received)).not.toContain('Behind');
    expect(await other.ask({ type: 'open', conversation: id, after: 2 })).toMatchObject({
      type: 'error',
      conversation: id,
      error: { code: 'not_found' },
    });
  });
});

describe('a conversation', () => {
  it('with the assistant tells ChatKit items: the question, the answer as it grows, and nothing hidden', async () => {
    const { step, open } = gate();
    responder.script = ['Half ', step, 'and half'];
    const stream = await ann.stream('threads.create', { input: inputOf('Hello') }, { 'causerie-resume': '1' });
    await vi.waitFor(() => expect(stream.raw()).toContain('Half '));
    const id = threadIdOf(stream);
    const client = await enter(ann);
    await client.ask({ type: 'open', conversation: id, after: 0 });
    const question = await client.waitFor(({ event }) => event === 'item.done');
    expect(question.item).toMatchObject({ payload: { type: 'user_message', thread_id: id } });
    const { items } = (await client.waitFor(({ type }) => type === 'snapshot')) as unknown as { items: object[] };
    expect(items).toMatchObject([{ payload: { content: [{ text: 'Half ' }] } }]);
    await app.conversations.putItem(ann.id, id, newMessage('for the model alone', { hidden: true }));
    open();
    await client.waitFor(({ type, signals }) => type === 'said' && JSON.stringify(signals).includes('and half'));
    await client.waitFor(({ event, state }) => event === 'run.ended' && state === 'done');
    const done = client.received.filter(({ event }) => event === 'item.done').at(-1)!;
    expect(done.item).toMatchObject({ payload: { content: [{ text: 'Half and half' }] } });
    expect(JSON.stringify(client.received)).not.toContain('for the model alone');
    expect(client.received.find(({ type }) => type === 'caught_up')).toMatchObject({
      running: true,
      interrupted: false,
    });
  });

  it('that is far ahead, or whose events are not kept, is to be loaded anew', async () => {
    const id = await group(ann);
    const last = await say(ann, id, 'first');
    await database.pool.query('UPDATE conversations SET last_event = last_event + 500 WHERE id = $1', [id]);
    const client = await enter(ann);
    expect(await client.ask({ type: 'open', conversation: id, after: last })).toMatchObject({ type: 'opened' });
    const answer = await client.ask({ type: 'open', conversation: id, after: last - 1 });
    expect(answer).toEqual({ type: 'limited', id: 3, conversation: id, last_event: last + 500 });
    await database.pool.query('UPDATE conversations SET trimmed_to = $2 WHERE id = $1', [id, last + 499]);
    const gone = { type: 'limited', id: 4, conversation: id, last_event: last + 500 };
    expect(await client.ask({ type: 'open', conversation: id, after: last + 498 })).toEqual(gone);
    expect(await client.ask({ type: 'open', conversation: id, after: last + 500 })).toMatchObject({ type: 'opened' });
    const future = await client.ask({ type: 'open', conversation: id, after: last + 501 });
    expect(future).toMatchObject({ type: 'error', error: { code: 'bad_request' } });
  });

  it('that is closed is told of no more, and one that is deleted is gone', async () => {
    const [id, other] = [await group(ann), await group(ann)];
    const client = await enter(ann);
    await client.ask({ type: 'open', conversation: id, after: 1 });
    await client.ask({ type: 'open', conversation: other, after: 1 });
    expect(await client.ask({ type: 'close', conversation: id })).toMatchObject({ type: 'closed', conversation: id });
    await say(ann, id, 'unheard');
    await say(ann, other, 'heard');
    await vi.waitFor(() => expect(textsOf(client)).toEqual(['heard']));
    await app.conversations.remove(ann.id, other);
    expect(await client.waitFor(({ type }) => type === 'gone')).toMatchObject({ conversation: other });
    expect(textsOf(client)).toEqual(['heard']);
  });

  it('opened a second time is told from there anew', async () => {
    const id = await group(ann);
    await say(ann, id, 'once');
    const client = await enter(ann);
    for (let time = 1; time <= 2; time++) {
      await client.ask({ type: 'open', conversation: id, after: 1 });
      await vi.waitFor(() => expect(textsOf(client)).toHaveLength(time));
    }
    await say(ann, id, 'live');
    await vi.waitFor(() => expect(textsOf(client)).toEqual(['once', 'once', 'live']));
  });
});

describe('a list', () => {
  it('is told whole, then as it changes, and after a cursor what changed', async () => {
    const mine = await server.signUp('list');
    const id = await group(mine, ann);
    await say(ann, id, 'Are you there?', { mentions: [mine.id] });
    const client = keep(await openSocket(port, { token: mine.token }));
    expect(await client.ask({ type: 'hello', protocol: 1, cursor: null })).toMatchObject({
      type: 'hello',
      protocol: 1,
      person: { id: mine.id },
    });
    const first = await client.waitFor(({ type }) => type === 'inbox');
    expect(first).toMatchObject({
      id: 1,
      limited: false,
      gone: [],
      conversations: [{ conversation: id, kind: 'group', role: 'owner', unread: 1, mentions: 1, last_event: 3 }],
    });
    expect((first.conversations as object[])[0]).toMatchObject({ last_item: { payload: { text: 'Are you there?' } } });
    const long = await say(ann, id, 'Hello? '.repeat(1000));
    expect(await client.ask({ type: 'resume', cursor: first.cursor })).toMatchObject({ type: 'resumed' });
    const [, second] = client.received.filter(({ type }) => type === 'inbox');
    expect(second).toMatchObject({ conversations: [{ last_event: long, last_item: { seq: 2, payload: null } }] });
    const n = await say(ann, id, 'Hello?');
    expect(await client.waitFor((told) => told.type === 'changed' && told.n === n)).toMatchObject({
      conversation: id,
      item: { author_id: ann.id, seq: 3 },
    });
    const other = await group(ann, mine);
    expect(await client.waitFor(({ type }) => type === 'joined')).toMatchObject({ conversation: other });
    // Who has it open is told of its events instead.
    await client.ask({ type: 'open', conversation: id, after: n });
    await say(ann, id, 'You are there.');
    await client.waitFor(({ type, n: told }) => type === 'event' && told === n + 1);
    await client.ask({ type: 'close', conversation: id });
    await say(ann, id, 'Good bye.');
    await client.waitFor(({ type, n: told }) => type === 'changed' && told === n + 2);
    expect(client.received.flatMap(({ type, n: told }) => (type === 'changed' ? [told] : []))).toEqual([
      long,
      n,
      n + 2,
    ]);
    client.leave();
    await app.conversations.members.leave(ann.id, other, mine.id);

    const again = await enter(mine);
    expect(await again.ask({ type: 'resume', cursor: first.cursor })).toMatchObject({ type: 'resumed' });
    const changed = await again.waitFor(({ type }) => type === 'inbox');
    expect((changed.conversations as { conversation: string }[]).map((each) => each.conversation)).toContain(id);
    expect(changed.gone).toEqual([other]);
    const future = '9000000000000000000';
    await again.ask({ type: 'resume', cursor: future });
    expect(again.received.filter(({ type }) => type === 'inbox').at(-1)).toMatchObject({
      limited: true,
      conversations: [],
    });
    expect(await again.ask({ type: 'resume', cursor: 'garbage' })).toMatchObject({ error: { code: 'invalid_input' } });
  });

  it('of a hundred conversations is resumed in one frame, each from its own event', async () => {
    const mine = await server.signUp('hundred');
    const ids = await Promise.all(Array.from({ length: 100 }, () => group(mine)));
    await Promise.all(ids.map((id) => say(mine, id, id)));
    const client = await enter(mine);
    const strangers = await group(ann);
    const conversations = Object.fromEntries([...ids.map((id, at) => [id, at % 2 ? 1 : 2]), [strangers, 0]]);
    client.send({ type: 'resume', id: 2, cursor: null, conversations });
    await client.waitFor(({ type }) => type === 'resumed');
    expect(client.received[1]).toMatchObject({ type: 'inbox', id: 2 });
    await vi.waitFor(() => expect(client.received.filter(({ type }) => type === 'caught_up')).toHaveLength(100));
    expect(textsOf(client).sort()).toEqual(ids.filter((_, at) => at % 2).sort());
    expect(client.received.filter(({ type }) => type === 'error')).toMatchObject([
      { id: 2, conversation: strangers, error: { code: 'not_found' } },
    ]);
    client.received.length = 0;
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, at) => [`cnv_${at}`, 0]));
    expect(await client.ask({ type: 'resume', conversations: many })).toMatchObject({
      error: { code: 'invalid_input' },
    });
  });
});
