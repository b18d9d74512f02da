import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual as isDeepEqual } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect, type LiveClient, openSocket, type Told } from '../../../testing/live-client.ts';
import { gate, scriptedResponder } from '../../../testing/scripted-responder.ts';
import { inputOf, openStream, threadIdOf } from '../../../testing/stream.ts';
import { type App, createApp } from '../../app.ts';
import { loadConfig } from '../../config.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/testing.ts';
import { newId } from '../../platform/ids/index.ts';
import { hasRedis, type TestRedis, testRedis } from '../../platform/redis/testing.ts';
import type { NewItem } from '../conversations/index.ts';
import { newMessage } from '../conversations/testing/engine.ts';

// The socket through its door: a real server, real sockets, a real database. Over 400 lines, since one server serves all of it.

const responder = scriptedResponder();
const directory = mkdtempSync(join(tmpdir(), 'causerie-live-'));
const env = { DATA_DIR: directory, LOG_LEVEL: 'silent', RATE_LIMIT_PER_MINUTE: '0', AUTH_SECRET_KEY: 'k'.repeat(40) };
let database: TestDatabase;
let app: App;
let port: number;
const clients: LiveClient[] = [];

type Someone = { token: string; id: string; cookie: string };
const someone = async (email: string): Promise<Someone> => {
  const answer = await app.http.inject({
    method: 'POST',
    url: '/api/v1/auth/register',
    payload: { email, password: 'a long enough password' },
  });
  const token = answer.json().access_token;
  const me = await app.http.inject({ url: '/api/v1/auth/me', headers: { authorization: `Bearer ${token}` } });
  const browser = await app.http.inject({
    method: 'POST',
    url: '/api/auth/sign-in/email',
    payload: { email, password: 'a long enough password' },
  });
  const cookie = [browser.headers['set-cookie']]
    .flat()
    .map((line) => String(line).split(';')[0])
    .join('; ');
  return { token, id: me.json().id, cookie };
};
const enter = async (who: Someone, hello: { cursor?: string | null } = {}): Promise<LiveClient> => {
  const client = await connect(port, who.token, hello);
  clients.push(client);
  return client;
};
/** A group of these people, the first of whom owns it. */
const group = async (owner: Someone, ...others: Someone[]): Promise<string> => {
  const id = newId('cnv');
  await app.conversations.create(owner.id, {
    id,
    kind: 'group',
    title: 'Friends',
    status: { type: 'active' },
    metadata: { secret: 'of the application' },
    createdAt: new Date(),
  });
  for (const other of others) await app.conversations.members.join(owner.id, id, other.id, 'member');
  return id;
};
const say = (who: Someone, conversation: string, text: string, more: Partial<NewItem> = {}) =>
  app.conversations.putItem(who.id, conversation, newMessage(text, { authorId: who.id, ...more }));
const textsOf = (client: LiveClient) =>
  client.told.flatMap(({ type, item: told }) =>
    type === 'event' && told ? [(told as { payload: { text: string } }).payload.text] : [],
  );
const numbersOf = (client: LiveClient, conversation: string) =>
  client.told.flatMap((told) => (told.type === 'event' && told.conversation === conversation ? [told.n] : []));

/** What waits in this process for all readers together, in bytes. */
const socketsHold = () =>
  [...app.http.websocketServer.clients].reduce((sum, { bufferedAmount }) => sum + bufferedAmount, 0);

let ann: Someone;
let bob: Someone;

beforeAll(async () => {
  database = await testDatabase({ poolSize: 8 });
  app = await createApp(loadConfig(env, directory), {
    database,
    responder,
    liveTimes: { helloMs: 1000 },
  });
  await app.http.listen({ port: 0, host: '127.0.0.1' });
  port = (app.http.server.address() as { port: number }).port;
  [ann, bob] = [await someone('ann@example.org'), await someone('bob@example.org')];
});
afterEach(() => {
  for (const client of clients.splice(0)) client.leave();
});
afterAll(async () => {
  await app.close();
  await database.close();
  rmSync(directory, { recursive: true });
});

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
      expect(client.told.filter(({ type }) => type === 'caught_up')).toHaveLength(1);
    }
    expect(JSON.stringify(one.told)).not.toContain('of the application');
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
      const client = await connect(port, ann.token);
      client.say({ type: 'resume', conversations: { [id]: last } });
      await client.hear(({ type }) => type === 'caught_up');
      await sleep(Math.random() * 30);
      client.leave();
      for (const told of client.told) {
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
    const isTyping = ({ signal }: Told) => signal === 'typing';
    expect(await other.hear(isTyping)).toEqual({
      type: 'signal',
      conversation: id,
      signal: 'typing',
      person_id: ann.id,
      key: '',
      data: { since: 1 },
    });
    const late = await enter(bob);
    await late.ask({ type: 'open', conversation: id, after: 2 });
    await late.hear(isTyping);
    // A hundred places of a pointer in one moment: the first and the last are told, and few of those between.
    for (let x = 0; x < 100; x++)
      other.say({ type: 'signal', conversation: id, signal: 'pointer', key: 'w', data: { x } });
    await one.hear((told) => isDeepEqual(told.data, { x: 99 }));
    const pointers = one.told.filter(({ signal }) => signal === 'pointer');
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
    expect(await one.hear(({ signal }) => signal === 'receipt')).toMatchObject({
      person_id: bob.id,
      data: { read_to: 1, delivered_to: 1 },
    });
    expect(await second.hear(({ type }) => type === 'read')).toMatchObject({ conversation: id, read_to: 1 });
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
    await other.hear(({ type }) => type === 'gone');
    await other.hear(({ type }) => type === 'left');
    expect(JSON.stringify(other.told)).not.toContain('Behind');
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
    const stream = await openStream(port, {
      method: 'POST',
      path: '/api/chatkit',
      headers: { authorization: `Bearer ${ann.token}`, 'causerie-resume': '1' },
      body: { type: 'threads.create', params: { input: inputOf('Hello') } },
    });
    await vi.waitFor(() => expect(stream.raw()).toContain('Half '));
    const id = threadIdOf(stream);
    const client = await enter(ann);
    await client.ask({ type: 'open', conversation: id, after: 0 });
    const question = await client.hear(({ event }) => event === 'item.done');
    expect(question.item).toMatchObject({ payload: { type: 'user_message', thread_id: id } });
    const { items } = (await client.hear(({ type }) => type === 'snapshot')) as unknown as { items: object[] };
    expect(items).toMatchObject([{ payload: { content: [{ text: 'Half ' }] } }]);
    await app.conversations.putItem(ann.id, id, newMessage('for the model alone', { hidden: true }));
    open();
    await client.hear(({ type, signals }) => type === 'said' && JSON.stringify(signals).includes('and half'));
    await client.hear(({ event, state }) => event === 'run.ended' && state === 'done');
    const done = client.told.filter(({ event }) => event === 'item.done').at(-1)!;
    expect(done.item).toMatchObject({ payload: { content: [{ text: 'Half and half' }] } });
    expect(JSON.stringify(client.told)).not.toContain('for the model alone');
    expect(client.told.find(({ type }) => type === 'caught_up')).toMatchObject({ running: true, interrupted: false });
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
    expect(await client.hear(({ type }) => type === 'gone')).toMatchObject({ conversation: other });
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
    const mine = await someone('list@example.org');
    const id = await group(mine, ann);
    await say(ann, id, 'Are you there?', { mentions: [mine.id] });
    const client = await openSocket(port, { token: mine.token });
    clients.push(client);
    expect(await client.ask({ type: 'hello', protocol: 1, cursor: null })).toMatchObject({
      type: 'hello',
      protocol: 1,
      person: { id: mine.id },
    });
    const first = await client.hear(({ type }) => type === 'inbox');
    expect(first).toMatchObject({
      id: 1,
      limited: false,
      gone: [],
      conversations: [{ conversation: id, kind: 'group', role: 'owner', unread: 1, mentions: 1, last_event: 3 }],
    });
    expect((first.conversations as object[])[0]).toMatchObject({ last_item: { payload: { text: 'Are you there?' } } });
    const long = await say(ann, id, 'Hello? '.repeat(1000));
    expect(await client.ask({ type: 'resume', cursor: first.cursor })).toMatchObject({ type: 'resumed' });
    const [, second] = client.told.filter(({ type }) => type === 'inbox');
    expect(second).toMatchObject({ conversations: [{ last_event: long, last_item: { seq: 2, payload: null } }] });
    const n = await say(ann, id, 'Hello?');
    expect(await client.hear((told) => told.type === 'changed' && told.n === n)).toMatchObject({
      conversation: id,
      item: { author_id: ann.id, seq: 3 },
    });
    const other = await group(ann, mine);
    expect(await client.hear(({ type }) => type === 'joined')).toMatchObject({ conversation: other });
    // Who has it open is told of its events instead.
    await client.ask({ type: 'open', conversation: id, after: n });
    await say(ann, id, 'You are there.');
    await client.hear(({ type, n: told }) => type === 'event' && told === n + 1);
    await client.ask({ type: 'close', conversation: id });
    await say(ann, id, 'Good bye.');
    await client.hear(({ type, n: told }) => type === 'changed' && told === n + 2);
    expect(client.told.flatMap(({ type, n: told }) => (type === 'changed' ? [told] : []))).toEqual([long, n, n + 2]);
    client.leave();
    await app.conversations.members.leave(ann.id, other, mine.id);

    const again = await enter(mine);
    expect(await again.ask({ type: 'resume', cursor: first.cursor })).toMatchObject({ type: 'resumed' });
    const changed = await again.hear(({ type }) => type === 'inbox');
    expect((changed.conversations as { conversation: string }[]).map((each) => each.conversation)).toContain(id);
    expect(changed.gone).toEqual([other]);
    const future = '9000000000000000000';
    await again.ask({ type: 'resume', cursor: future });
    expect(again.told.filter(({ type }) => type === 'inbox').at(-1)).toMatchObject({
      limited: true,
      conversations: [],
    });
    expect(await again.ask({ type: 'resume', cursor: 'garbage' })).toMatchObject({ error: { code: 'invalid_input' } });
  });

  it('of a hundred conversations is resumed in one frame, each from its own event', async () => {
    const mine = await someone('hundred@example.org');
    const ids = await Promise.all(Array.from({ length: 100 }, () => group(mine)));
    await Promise.all(ids.map((id) => say(mine, id, id)));
    const client = await enter(mine);
    const strangers = await group(ann);
    const conversations = Object.fromEntries([...ids.map((id, at) => [id, at % 2 ? 1 : 2]), [strangers, 0]]);
    client.say({ type: 'resume', id: 2, cursor: null, conversations });
    await client.hear(({ type }) => type === 'resumed');
    expect(client.told[1]).toMatchObject({ type: 'inbox', id: 2 });
    await vi.waitFor(() => expect(client.told.filter(({ type }) => type === 'caught_up')).toHaveLength(100));
    expect(textsOf(client).sort()).toEqual(ids.filter((_, at) => at % 2).sort());
    expect(client.told.filter(({ type }) => type === 'error')).toMatchObject([
      { id: 2, conversation: strangers, error: { code: 'not_found' } },
    ]);
    client.told.length = 0;
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, at) => [`cnv_${at}`, 0]));
    expect(await client.ask({ type: 'resume', conversations: many })).toMatchObject({
      error: { code: 'invalid_input' },
    });
  });
});

describe('a reader that takes nothing', () => {
  /** A megabyte and more of what is said, of which a megabyte or two fit into the buffers of the system. */
  const sayMuch = async (id: string, megabytes: number) => {
    for (let at = 0; at < megabytes * 4; at++) await say(bob, id, `${at} ${'x'.repeat(250_000)}`);
  };

  it('holds up nobody, is bounded in memory, and is told the rest once it reads on, each once', async () => {
    const id = await group(ann, bob);
    const [slow, quick] = [await enter(ann), await enter(bob)];
    for (const client of [slow, quick]) await client.ask({ type: 'open', conversation: id, after: 2 });
    slow.socket.pause();
    await sayMuch(id, 8);
    await app.conversations.putItem(bob.id, id, newMessage('the last'));
    await vi.waitFor(() => expect(textsOf(quick)).toHaveLength(33), { timeout: 10_000 });
    // What it is not told waits in the log, not here.
    expect(socketsHold()).toBeLessThan(1_500_000);
    quick.say({ type: 'signal', conversation: id, signal: 'typing', data: {} });
    slow.socket.resume();
    await vi.waitFor(() => expect(textsOf(slow).at(-1)).toBe('the last'), { timeout: 10_000 });
    expect(numbersOf(slow, id)).toEqual(numbersOf(quick, id));
    expect(slow.told.filter(({ type }) => type === 'caught_up')).toHaveLength(1);
  });

  it('is not told of more than it takes, however much it opens', async () => {
    const mine = await someone('greedy@example.org');
    const ids = await Promise.all(Array.from({ length: 20 }, () => group(mine)));
    for (const id of ids) await say(mine, id, 'x'.repeat(900_000));
    const client = await enter(mine);
    const opened = vi.spyOn(app.conversations, 'follow');
    client.socket.pause();
    client.say({ type: 'resume', id: 9, conversations: Object.fromEntries(ids.map((id) => [id, 1])) });
    // What fits into the buffers of the system is gone from here, and four are opened at a time.
    await vi.waitFor(() => expect(socketsHold()).toBeGreaterThan(256 * 1024));
    await sleep(200);
    expect(opened.mock.calls.length).toBeLessThan(20);
    opened.mockRestore();
    client.socket.resume();
    const caughtUp = () => client.told.filter(({ type }) => type === 'caught_up');
    await vi.waitFor(() => expect(caughtUp()).toHaveLength(20), { timeout: 10_000 });
    expect(client.told.filter(({ type }) => type === 'event')).toHaveLength(20);
    await client.hear(({ type }) => type === 'resumed');
  });

  it('is closed as slow after a while, one that is gone is cut, and one whose token is at its end is signed out', async () => {
    let later = 0;
    const hasty = await createApp(loadConfig(env, directory), {
      database,
      responder,
      // Who is slow is found out before their silence is.
      liveTimes: { slowMs: 300, pingMs: 1000 },
      now: () => Date.now() + later,
    });
    try {
      await hasty.http.listen({ port: 0, host: '127.0.0.1' });
      const id = await group(ann, bob);
      const { port: hastyPort } = hasty.http.server.address() as { port: number };
      // One after the other, as the server lists them.
      const client = await connect(hastyPort, ann.token);
      const quiet = await connect(hastyPort, bob.token);
      const [server, other] = [...hasty.http.websocketServer.clients];
      await client.ask({ type: 'open', conversation: id, after: 0 });
      client.socket.pause();
      for (let at = 0; at < 40; at++)
        await hasty.conversations.putItem(bob.id, id, newMessage('x'.repeat(250_000), { authorId: bob.id }));
      await vi.waitFor(() => expect(server!.readyState).not.toBe(server!.OPEN), { timeout: 5000 });
      client.socket.resume();
      expect(await client.closed).toEqual({ code: 4008, reason: 'slow' });
      // Whoever answers pings stays; a machine that was switched off answers none.
      expect(other!.readyState).toBe(other!.OPEN);
      quiet.socket.pause();
      await vi.waitFor(() => expect(other!.readyState).toBe(other!.CLOSED), { timeout: 5000 });
      quiet.leave();
      const last = await connect(hastyPort, ann.token);
      later = 121 * 60_000;
      expect(await last.closed).toEqual({ code: 4001, reason: 'sign in again' });
      const { text } = await hasty.metrics.text();
      expect(text).toMatch(/^getlood_requests_total\{method="GET",endpoint="\/ws\/live",status="101"\} 3$/m);
      expect(text).toMatch(/^causerie_streams_open\{kind="socket"\} 0$/m);
    } finally {
      await hasty.close();
    }
  });
});

describe('who comes in', () => {
  const statusOf = (options: Parameters<typeof openSocket>[1]) =>
    openSocket(port, options).then(
      (client) => {
        client.leave();
        return 101;
      },
      (error) => error.status,
    );

  it('is signed in, by cookie, by token, or by a token in the subprotocol, which is not said back', async () => {
    expect(await statusOf({})).toBe(401);
    expect(await statusOf({ token: 'nonsense' })).toBe(401);
    expect(await statusOf({ headers: { cookie: ann.cookie } })).toBe(101);
    const bearer = `causerie.bearer.${ann.token}`;
    const client = await openSocket(port, { protocols: ['causerie.live.1', bearer] });
    clients.push(client);
    expect(client.socket.protocol).toBe('causerie.live.1');
    expect(await client.ask({ type: 'hello', protocol: 1 })).toMatchObject({ person: { id: ann.id } });
    expect(await statusOf({ path: `/ws/live?access_token=${ann.token}` })).toBe(401);
  });

  it('does not come in with the token of a ChatKit session, which opens the chat alone', async () => {
    const made = await app.http.inject({
      method: 'POST',
      url: '/api/create-session',
      headers: { authorization: `Bearer ${ann.token}` },
      payload: { workflow: { id: 'wf_1' } },
    });
    expect(made.statusCode).toBe(200);
    expect(await statusOf({ token: made.json().token })).toBe(401);
  });

  it('does not come from a page of another site with the cookie of its visitor', async () => {
    const { cookie } = ann;
    const own = `http://127.0.0.1:${port}`;
    expect(await statusOf({ headers: { cookie, origin: own } })).toBe(101);
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1', `${own}.evil.example`])
      expect(await statusOf({ headers: { cookie, origin } }), origin).toBe(403);
    expect(await statusOf({ token: ann.token, headers: { origin: 'https://elsewhere.example' } })).toBe(101);
  });

  it('speaks WebSocket, and finds it here only', async () => {
    const answer = await app.http.inject({ url: '/ws/live' });
    expect([answer.statusCode, answer.json().error.code]).toEqual([426, 'upgrade_required']);
    expect(answer.headers.upgrade).toBe('websocket');
    for (const path of ['/ws/nothing', '/', '/api/chatkit/threads'])
      expect(await statusOf({ token: ann.token, path })).toBe(404);
    // As curl asks with --http2: whoever offers another protocol is answered in the one they speak.
    const offered = await openStream(port, {
      method: 'GET',
      path: '/health',
      headers: { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQAoAAAAAIAAAAA' },
    });
    expect(offered.status).toBe(200);
  });

  it('has no more sockets than one may', async () => {
    const mine = await someone('many@example.org');
    const all = await Promise.all(Array.from({ length: 32 }, () => openSocket(port, { token: mine.token })));
    clients.push(...all);
    expect(await statusOf({ token: mine.token })).toBe(429);
    expect(await statusOf({ token: ann.token })).toBe(101);
    all[0]!.leave();
    await vi.waitFor(async () => expect(await statusOf({ token: mine.token })).toBe(101));
  });

  it('goes as soon as they are signed out, or shut out', async () => {
    const mine = await someone('leaving@example.org');
    const bob = await someone('shut-out@example.org');
    const [client, other] = [await enter(mine), await enter(ann)];
    const out = await app.http.inject({
      method: 'POST',
      url: '/api/v1/auth/logout',
      headers: { authorization: `Bearer ${mine.token}` },
      payload: {},
    });
    expect(out.statusCode).toBe(204);
    expect(await client.closed).toMatchObject({ code: 4001 });
    const disabled = await enter(bob);
    const shutOut = await app.http.inject({
      method: 'PATCH',
      url: `/api/admin/users/${bob.id}`,
      headers: { authorization: `Bearer ${ann.token}` },
      payload: { disabled: true },
    });
    expect(shutOut.statusCode).toBe(200);
    expect(await disabled.closed).toMatchObject({ code: 4001 });
    expect(await other.ask({ type: 'ping' })).toMatchObject({ type: 'pong' });
  });
});

describe('bad input', () => {
  it('is answered and does no harm', async () => {
    const client = await enter(ann);
    const id = await group(ann);
    for (const [said, code] of [
      ['{', 'bad_request'],
      ['null', 'bad_request'],
      ['[]', 'bad_request'],
      ['{"type":"__proto__"}', 'bad_request'],
      ['{"type":"fly"}', 'bad_request'],
      ['{"type":"open"}', 'invalid_input'],
      [`{"type":"open","conversation":"${id}","after":-1}`, 'invalid_input'],
      [`{"type":"open","conversation":"${id}","after":1e300}`, 'invalid_input'],
      ['{"type":"open","conversation":"a\\u0000b","after":1}', 'bad_request'],
      ['{"type":"hello","protocol":1}', 'bad_request'],
    ] as const) {
      const before = client.told.length;
      client.say(said);
      await vi.waitFor(() => expect(client.told.length, said).toBeGreaterThan(before));
      expect(client.told[before], said).toMatchObject({ type: 'error', error: { code } });
    }
    client.socket.send(Buffer.from('{"type":"ping","id":9}'));
    await client.hear(({ error }) => (error as { message?: string })?.message === 'A frame is text.');
    expect(await client.ask({ type: 'ping' })).toMatchObject({ type: 'pong' });
  });

  it('is limited for a person, whatever sockets they come by', async () => {
    const mine = await someone('eager@example.org');
    const id = await group(mine);
    const conversations = Object.fromEntries(Array.from({ length: 199 }, (_, at) => [`cnv_${at}`, 0]));
    const refusals: unknown[] = [];
    for (let at = 0; at < 16; at++) {
      const client = await enter(mine);
      client.say({ type: 'resume', id: 9, conversations: { ...conversations, [id]: 1 } });
      const end = await client.hear(
        ({ type, error }) => type === 'resumed' || (error as { code?: string })?.code === 'rate_limited',
      );
      if (end.error) refusals.push(end.error);
      client.leave();
    }
    expect(refusals.length).toBeGreaterThan(0);
    expect(refusals[0]).toMatchObject({ code: 'rate_limited', retry_after: 5 });
  });

  it.each([
    ['too large', 1009, (client: LiveClient) => client.say('x'.repeat(70_000))],
    [
      'in too many pieces',
      1008,
      (client: LiveClient) => {
        for (let at = 0; at < 100; at++) client.socket.send('', { fin: false });
      },
    ],
    [
      'too many',
      4029,
      (client: LiveClient) => {
        for (let at = 0; at < 400; at++) client.say('{"type":"ping"}');
      },
    ],
    [
      'garbage, again and again',
      4029,
      (client: LiveClient) => {
        for (let at = 0; at < 30; at++) client.say('garbage');
      },
    ],
    [
      'too many pings',
      1006,
      (client: LiveClient) => {
        for (let at = 0; at < 400; at++) client.socket.ping();
      },
    ],
    ['of another version', 4000, (client: LiveClient) => client.say({ type: 'hello', protocol: 2 })],
    ['nothing', 4003, () => {}],
  ])('%s ends the socket', async (_, code, act) => {
    const client = await openSocket(port, { token: ann.token });
    clients.push(client);
    if (code === 4029 || code === 1009 || code === 1008) await client.ask({ type: 'hello', protocol: 1 });
    act(client);
    expect(await client.closed).toMatchObject({ code });
  });
});

/** Another process, as far as the database and the bus are concerned. */
const another = async (more: Record<string, string> = {}): Promise<{ app: App; port: number }> => {
  const made = await createApp(loadConfig({ ...env, ...more }, directory), { database, responder });
  await made.http.listen({ port: 0, host: '127.0.0.1' });
  return { app: made, port: (made.http.server.address() as { port: number }).port };
};

describe.skipIf(!hasRedis)('two processes', () => {
  let redis: TestRedis;
  let one: Awaited<ReturnType<typeof another>>;
  let two: typeof one;
  beforeAll(async () => {
    redis = await testRedis();
    await redis.start();
    [one, two] = [await another({ REDIS_URL: redis.url }), await another({ REDIS_URL: redis.url })];
  });
  afterAll(() => redis.kill());

  it('tell of what is said and done at the other', async () => {
    const [id, other] = [await group(ann, bob), await group(ann, bob)];
    const [here, there] = [await connect(one.port, ann.token), await connect(two.port, bob.token, { cursor: null })];
    clients.push(here, there);
    await here.ask({ type: 'open', conversation: id, after: 2 });
    await there.ask({ type: 'open', conversation: id, after: 2 });
    const texts = Array.from({ length: 20 }, (_, at) => `${at}`);
    for (const [at, text] of texts.entries())
      await (at % 2 ? one : two).app.conversations.putItem(ann.id, id, newMessage(text, { authorId: ann.id }));
    await vi.waitFor(() => expect([textsOf(here), textsOf(there)]).toEqual([texts, texts]), { timeout: 5000 });
    await here.ask({ type: 'signal', conversation: id, signal: 'typing', data: {} });
    expect(await there.hear(({ signal }) => signal === 'typing')).toMatchObject({ person_id: ann.id });
    await one.app.conversations.putItem(ann.id, other, newMessage('elsewhere'));
    expect(await there.hear(({ type }) => type === 'changed')).toMatchObject({ conversation: other });
    await one.app.conversations.members.leave(ann.id, id, bob.id);
    await there.hear(({ type }) => type === 'gone');
  });

  it('close the sockets of a session that ended at the other', async () => {
    const mine = await someone('elsewhere@example.org');
    const there = await connect(two.port, mine.token);
    clients.push(there);
    const headers = { authorization: `Bearer ${mine.token}` };
    await one.app.http.inject({ method: 'POST', url: '/api/v1/auth/logout', headers, payload: {} });
    expect(await there.closed).toEqual({ code: 4001, reason: 'signed out' });
  });

  it('send their clients away as they stop, who go on at the other from where they were', async () => {
    const id = await group(ann);
    const here = await connect(one.port, ann.token);
    clients.push(here);
    await here.ask({ type: 'open', conversation: id, after: 1 });
    await two.app.conversations.putItem(ann.id, id, newMessage('before'));
    await vi.waitFor(() => expect(textsOf(here)).toEqual(['before']));
    const stopped = one.app.close();
    const { code, reason } = await here.closed;
    expect(code).toBe(1012);
    expect(reason).toMatch(/^retry_ms=\d+$/);
    await two.app.conversations.putItem(ann.id, id, newMessage('meanwhile'));
    const there = await connect(two.port, ann.token);
    clients.push(there);
    await there.ask({ type: 'resume', conversations: { [id]: 2 } });
    await vi.waitFor(() => expect(textsOf(there)).toEqual(['meanwhile']));
    await stopped;
    // One that never answers does not hold the process.
    there.socket.pause();
    await two.app.close();
  });
});

it('has its place, however many connections are idle', async () => {
  const full = await another({ MAX_CONNECTIONS: '6' });
  try {
    const client = await connect(full.port, ann.token);
    clients.push(client);
    const strangers = Array.from({ length: 5 }, () => connectTcp(full.port, '127.0.0.1').on('error', () => {}));
    await Promise.all(strangers.map((stranger) => once(stranger, 'close')));
    expect(await client.ask({ type: 'ping' })).toMatchObject({ type: 'pong' });
  } finally {
    await full.app.close();
  }
});

it('does for a newcomer what docs/live.md says', async () => {
  const mine = await someone('newcomer@example.org');
  const id = await group(mine);
  const guide = readFileSync(join(import.meta.dirname, '../../../../../docs/live.md'), 'utf8');
  const [, script, prints] = /```js\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/.exec(guide)!;
  writeFileSync(join(directory, 'live.mjs'), script!);
  const child = spawn(process.execPath, [join(directory, 'live.mjs')], {
    env: { BASE: `http://127.0.0.1:${port}`, ACCESS: mine.token },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    printed += chunk;
  });
  const lines = prints!.replaceAll('thr_…', id).replace('"Ann"', '"newcomer"').trim().split('\n');
  await vi.waitFor(
    () => {
      for (const [at, line] of lines.entries())
        for (const part of line.split('…')) expect(printed.split('\n')[at]).toContain(part);
    },
    { timeout: 10_000 },
  );
  child.kill();
  await once(child, 'exit');
});
