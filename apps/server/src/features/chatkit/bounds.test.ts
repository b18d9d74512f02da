import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it, vi } from 'vitest';
import type { ShownItem } from '../../../testing/person.ts';
import { scriptedResponder } from '../../../testing/scripted-responder.ts';
import { inputOf, type Stream, threadIdOf, wholeReply } from '../../../testing/stream.ts';
import { type Person, refusalOf, world } from '../../../testing/world.ts';

// What one person, and one address, may cost; each bound asked by many at the same moment, over sockets.

const responder = scriptedResponder();
let people = 0;

async function serve(env: Record<string, string>) {
  const { server } = await world({
    answers: responder,
    env: { RATE_LIMIT_PER_MINUTE: '100000', RATE_LIMIT_CHAT_PER_MINUTE: '0', ...env },
    people: [],
  });
  return { server, person: () => server.signUp(`person${people++}`) };
}

const refusal = async (stream: Stream) => refusalOf(await wholeReply(stream));
const times = <T>(count: number, work: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));
const ok = (streams: Stream[]) => streams.filter(({ status }) => status < 300);
/** Words that never end: an answer that is being written until its reader goes. */
const endless = ['Half ', () => new Promise<void>(() => {})];

it('answers at once: so many for a person, so many for all, then a clear 429; a place is free as one ends', async () => {
  responder.script = endless;
  const { server, person } = await serve({ ANSWERS_PER_PERSON: '4', ANSWERS_PER_PROCESS: '6' });
  const { app, port } = server;
  const [ann, bob] = [await person(), await person()];
  const create = (who: Person) => who.stream('threads.create', { input: inputOf('Hi') });
  const threadsOf = async (who: Person) => (await who.chatkit('threads.list')).body.data.length;

  const anns = await times(20, () => create(ann));
  expect(ok(anns)).toHaveLength(4);
  const [refused] = anns.filter(({ status }) => status === 429);
  expect(Number(refused!.headers['retry-after'])).toBeGreaterThan(0);
  expect(await refusal(refused!)).toBe(
    '429 too_many_answers: At most 4 answers are written for you at once. Wait until one has ended, or stop one.',
  );
  // What was refused left nothing behind.
  expect(await threadsOf(ann)).toBe(4);

  const bobs = await times(20, () => create(bob));
  expect(ok(bobs)).toHaveLength(2);
  expect(await refusal(bobs.find(({ status }) => status === 429)!)).toBe(
    '429 too_many_answers: The server is writing as many answers as it can. Try again shortly.',
  );
  for (const stream of [...anns, ...bobs]) stream.leave();
  await vi.waitFor(() => expect(app.conversations.runs.count).toBe(0));

  // Who leaves while the message is taken in is no longer written for.
  const body = JSON.stringify({ type: 'threads.create', params: { input: inputOf('Hi') } });
  await times(12, async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      `POST /api/chatkit HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${ann.token}\r\ncontent-type: application/json\r\n` +
        `content-length: ${body.length}\r\n\r\n${body}`,
    );
    setImmediate(() => socket.destroy());
  });
  await server.get('/health');
  await vi.waitFor(() => expect(app.conversations.runs.count).toBe(0), { timeout: 10_000 });

  // Requests that are refused for another reason take no place: no such thread, one that is busy.
  await times(10, () => ann.stream('threads.add_user_message', { thread_id: 'thr_none', input: inputOf('Hi') }));
  const patience = { timeout: 10_000 };
  // Those who left may still be on their way in, and out again.
  const first = await vi.waitFor(async () => {
    const stream = await create(ann);
    expect(stream.status).toBe(200);
    return stream;
  }, patience);
  await vi.waitFor(() => expect(first.events().length).toBeGreaterThan(0), patience);
  const busy = await times(10, () =>
    ann.stream('threads.add_user_message', { thread_id: threadIdOf(first), input: inputOf('More') }),
  );
  expect(ok(busy)).toEqual([]);
  const rest = await times(3, () => create(ann));
  expect(ok(rest)).toHaveLength(3);
  for (const stream of [first, ...rest]) stream.leave();
  await vi.waitFor(() => expect(app.conversations.runs.count).toBe(0));
});

it('a reader who is slower than the answer is told that it failed', async () => {
  // More than the system and this process hold for a reader.
  responder.script = [...Array<string>(32).fill('x'.repeat(1024 * 1024)), new Error('The end is missing')];
  const { server, person } = await serve({});
  const { app, port } = server;
  const body = JSON.stringify({ type: 'threads.create', params: { input: inputOf('Hi') } });
  const socket = connect(port, '127.0.0.1');
  socket.write(
    `POST /api/chatkit HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${(await person()).token}\r\n` +
      `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  await once(socket, 'readable');
  await vi.waitFor(() => expect(app.conversations.runs.count).toBe(0), { timeout: 10_000 });
  let end = '';
  for await (const chunk of socket.setEncoding('latin1')) end = (end + chunk).slice(-2000);
  expect(end).toContain('"type":"error"');
});

it('feeds at once', async () => {
  responder.script = ['Done'];
  const { server, person } = await serve({ FEEDS_PER_PERSON: '3' });
  const { port } = server;
  const [ann, bob] = [await person(), await person()];
  const thread = async (who: Person) => {
    const stream = await who.stream('threads.create', { input: inputOf('Hi') });
    await stream.ended;
    return threadIdOf(stream);
  };
  const [own, other] = [await thread(ann), await thread(bob)];
  const follow = (who: Person, id: string) => who.open('GET', `/api/chatkit/threads/${id}/stream`);
  const feeds = await times(12, () => follow(ann, own));
  expect(ok(feeds)).toHaveLength(3);
  expect(await refusal(feeds.find(({ status }) => status === 429)!)).toBe(
    '429 too_many_feeds: You may follow at most 3 conversations at once. Close some.',
  );
  expect(ok([await follow(bob, other)])).toHaveLength(1);
  ok(feeds)[0]!.leave();
  await vi.waitFor(async () => expect((await follow(ann, own)).status).toBe(200));
  // Those that never began hold nothing: no such thread, or their reader left while they were being let in.
  const again = await person();
  await times(10, async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      `GET /api/chatkit/threads/thr_none/stream HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${again.token}\r\n\r\n`,
    );
    socket.destroy();
  });
  await times(10, () => follow(again, 'thr_none'));
  const mine = await thread(again);
  expect(ok(await times(3, () => follow(again, mine)))).toHaveLength(3);
});

it('the length of a message, and of whatever else goes into a thread', async () => {
  responder.script = ['Done'];
  const { person } = await serve({ MESSAGE_MAX_CHARACTERS: '1000' });
  const ann = await person();
  const stream = await ann.stream('threads.create', { input: inputOf('x'.repeat(1000)) });
  await stream.ended;
  expect(stream.status).toBe(200);
  const thread_id = threadIdOf(stream);
  const tag = { type: 'input_tag', id: 't', text: 'T', data: { note: 'x'.repeat(1000) } };
  const long = 'x'.repeat(1001);
  const requests: [string, object][] = [
    ['threads.create', { input: inputOf(long) }],
    ['threads.create', { input: { ...inputOf('x'), quoted_text: long } }],
    ['threads.create', { input: { ...inputOf('x'), content: [tag] } }],
    [
      'threads.create',
      { input: { ...inputOf('x'), content: Array(11).fill({ type: 'input_text', text: 'x'.repeat(99) }) } },
    ],
    ['threads.add_user_message', { thread_id, input: inputOf(long) }],
    ['threads.add_client_tool_output', { thread_id, result: { long } }],
    ['threads.add_structured_input', { thread_id, item_id: 'x', input: { answers: { q: { values: [long] } } } }],
    ['threads.custom_action', { thread_id, action: { type: 'x', payload: { long } } }],
  ];
  for (const [type, params] of requests)
    expect(await refusal(await ann.stream(type, params)), type).toMatch(
      /^413 payload_too_large: A message may have at most 1000 characters; this one has 10\d\d|2\d\d\d\.$/,
    );
});

it('the size of a page', async () => {
  responder.script = ['Done'];
  const { person } = await serve({ PAGE_MAX_ITEMS: '3' });
  const ann = await person();
  const streams = await times(4, () => ann.stream('threads.create', { input: inputOf('Hi') }));
  await Promise.all(streams.map(({ ended }) => ended));
  const thread_id = threadIdOf(streams[0]!);
  const more = await ann.stream('threads.add_user_message', { thread_id, input: inputOf('More') });
  await more.ended;
  for (const [type, params] of [
    ['threads.list', {}],
    ['items.list', { thread_id }],
  ] as const) {
    const { body: page } = await ann.chatkit(type, { ...params, limit: 1_000_000 });
    expect([page.data.length, page.has_more]).toEqual([3, true]);
    const { body: next } = await ann.chatkit(type, { ...params, limit: 1_000_000, after: page.after });
    expect([next.data.length, next.has_more]).toEqual([1, false]);
  }
});

it('the bytes of a page: large items come in more of them, and none is missing', async () => {
  responder.script = ['Done'];
  const { person } = await serve({});
  const ann = await person();
  const first = await ann.stream('threads.create', { input: inputOf(`0${'x'.repeat(700_000)}`) });
  await first.ended;
  const thread_id = threadIdOf(first);
  for (let index = 1; index < 8; index++) {
    const input = inputOf(`${index}${'x'.repeat(700_000)}`);
    await (await ann.stream('threads.add_user_message', { thread_id, input })).ended;
  }
  const seen: string[] = [];
  const sizes: number[] = [];
  for (let after: string | undefined; ; ) {
    const reply = await ann.chatkit('items.list', { thread_id, limit: 100, order: 'asc', ...(after && { after }) });
    const page: { data: ShownItem[]; after?: string; has_more: boolean } = reply.body;
    sizes.push(reply.text.length);
    seen.push(...page.data.filter(({ type }) => type === 'user_message').map(({ content }) => content[0]!.text[0]!));
    after = page.after;
    if (!page.has_more) break;
  }
  expect(seen.join('')).toBe('01234567');
  expect(sizes).toHaveLength(2);
  // What is over the edge is one item at most.
  expect(Math.max(...sizes)).toBeLessThan(5 * 1024 * 1024);
});

it('files: their number and their bytes, told on the account and to administrators', async () => {
  const { server, person } = await serve({ STORAGE_PER_PERSON: '1000', ATTACHMENT_MAX_BYTES: '400' });
  const [ann, bob] = [await person(), await person()];
  const announce = (who: Person, size: number) =>
    who.stream('attachments.create', { name: 'a.txt', size, mime_type: 'text/plain' });
  const storage = async (who: Person) => (await who.get('/api/account/storage')).body;

  const large = await times(30, () => announce(ann, 100));
  expect(ok(large)).toHaveLength(10);
  expect(await refusal(large.find(({ status }) => status === 413)!)).toBe(
    '413 storage_full: a.txt does not fit: Your files take all the space you have here. Delete some threads with files first.',
  );
  expect(await storage(ann)).toEqual({ files: 10, bytes: 1000, quota: 1000 });
  const { id } = (await wholeReply(ok(large)[0]!)).body;
  expect((await ann.stream('attachments.delete', { attachment_id: id })).status).toBe(200);

  // At once, in one request: the same room.
  const direct = await times(6, () => {
    const form = new FormData();
    form.set('file', new Blob(['x'.repeat(60)], { type: 'text/plain' }), 'a.txt');
    return fetch(`${server.url}/api/attachments`, { method: 'POST', body: form, headers: ann.headers });
  });
  expect(direct.filter(({ status }) => status === 413).length).toBeGreaterThanOrEqual(5);
  const { files, bytes } = (await storage(ann)) as { files: number; bytes: number };
  expect(bytes).toBe(900 + 60 * (files - 9));

  const small = await times(80, () => announce(bob, 1));
  expect(ok(small)).toHaveLength(50);
  expect(await refusal(small.find(({ status }) => status === 429)!)).toContain('429 rate_limited: Too many files');
  expect(await storage(bob)).toEqual({ files: 50, bytes: 50, quota: 1000 });

  await server.database.pool.query(`UPDATE people SET role = 'admin' WHERE id = $1`, [bob.id]);
  await vi.waitFor(async () => expect((await bob.get(`/api/admin/users/${bob.id}`)).body.file_bytes).toBe(50), {
    timeout: 10_000,
  });
});

it('accounts of an address a day, and its requests a minute, whoever is signed in', async () => {
  const few = await serve({ SIGN_UPS_PER_DAY: '3' });
  const register = (n: number) =>
    few.server.open('POST', '/api/v1/auth/register', {
      email: `few${n}@example.org`,
      password: 'a long enough password',
    });
  const signUps = await times(10, register);
  expect(ok(signUps)).toHaveLength(3);
  expect(await refusal(signUps.find(({ status }) => status === 429)!)).toBe(
    '429 rate_limited: Too many accounts were created from your address today.',
  );

  const busy = await serve({ RATE_LIMIT_ADDRESS_PER_MINUTE: '40' });
  // Signing up is two requests each.
  const people = await times(5, () => busy.person());
  const requests = await times(60, (index) => people[index % 5]!.open('GET', '/api/v1/auth/me'));
  expect(ok(requests)).toHaveLength(30);
  const [refused] = requests.filter(({ status }) => status === 429);
  expect(await refusal(refused!)).toBe('429 rate_limited: Too many requests. Try again shortly.');
  expect(Number(refused!.headers['retry-after'])).toBeGreaterThan(0);
});
