import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { type LiveClient, openSocket } from '../../../testing/live-client.ts';
import { scriptedResponder } from '../../../testing/scripted-responder.ts';
import { world } from '../../../testing/world.ts';
import { talkAt } from './testing/talk.ts';

// Who may open a live socket, what is refused there, and what ends it.

const { ann, server, startProcess, directory } = await world({
  answers: scriptedResponder(),
  liveTimes: { helloMs: 1000 },
});
const { port } = server;
const { keep, enter, group } = talkAt(server);

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
    expect(await statusOf({ headers: { cookie: await server.browserOf(ann) } })).toBe(101);
    const bearer = `causerie.bearer.${ann.token}`;
    const client = keep(await openSocket(port, { protocols: ['causerie.live.1', bearer] }));
    expect(client.socket.protocol).toBe('causerie.live.1');
    expect(await client.ask({ type: 'hello', protocol: 1 })).toMatchObject({ person: { id: ann.id } });
    expect(await statusOf({ path: `/ws/live?access_token=${ann.token}` })).toBe(401);
  });

  it('does not come in with the token of a ChatKit session, which opens the chat alone', async () => {
    const made = await ann.post('/api/create-session', { workflow: { id: 'wf_1' } });
    expect(made.status).toBe(200);
    expect(await statusOf({ token: made.body.token })).toBe(401);
  });

  it('does not come from a page of another site with the cookie of its visitor', async () => {
    const cookie = await server.browserOf(ann);
    const own = server.url;
    expect(await statusOf({ headers: { cookie, origin: own } })).toBe(101);
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1', `${own}.evil.example`])
      expect(await statusOf({ headers: { cookie, origin } }), origin).toBe(403);
    expect(await statusOf({ token: ann.token, headers: { origin: 'https://elsewhere.example' } })).toBe(101);
  });

  it('speaks WebSocket, and finds it here only', async () => {
    const answer = await server.get('/ws/live');
    expect([answer.status, answer.body.error.code]).toEqual([426, 'upgrade_required']);
    expect(answer.headers.upgrade).toBe('websocket');
    for (const path of ['/ws/nothing', '/', '/api/chatkit/threads'])
      expect(await statusOf({ token: ann.token, path })).toBe(404);
    // As curl asks with --http2: whoever offers another protocol is answered in the one they speak.
    const offered = await server.get('/health', {
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: 'h2c',
      'http2-settings': 'AAMAAABkAAQAoAAAAAIAAAAA',
    });
    expect(offered.status).toBe(200);
  });

  it('has no more sockets than one may', async () => {
    const mine = await server.signUp('many');
    const all = await Promise.all(Array.from({ length: 32 }, () => openSocket(port, { token: mine.token })));
    all.forEach(keep);
    expect(await statusOf({ token: mine.token })).toBe(429);
    expect(await statusOf({ token: ann.token })).toBe(101);
    all[0]!.leave();
    await vi.waitFor(async () => expect(await statusOf({ token: mine.token })).toBe(101));
  });

  it('goes as soon as they are signed out, or shut out', async () => {
    const mine = await server.signUp('leaving');
    const bob = await server.signUp('shut-out');
    const [client, other] = [await enter(mine), await enter(ann)];
    const out = await mine.post('/api/v1/auth/logout');
    expect(out.status).toBe(204);
    expect(await client.closed).toMatchObject({ code: 4001 });
    const disabled = await enter(bob);
    const shutOut = await ann.patch(`/api/admin/users/${bob.id}`, { disabled: true });
    expect(shutOut.status).toBe(200);
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
      const before = client.received.length;
      client.send(said);
      await vi.waitFor(() => expect(client.received.length, said).toBeGreaterThan(before));
      expect(client.received[before], said).toMatchObject({ type: 'error', error: { code } });
    }
    client.socket.send(Buffer.from('{"type":"ping","id":9}'));
    await client.waitFor(({ error }) => (error as { message?: string })?.message === 'A frame is text.');
    expect(await client.ask({ type: 'ping' })).toMatchObject({ type: 'pong' });
  });

  it('is limited for a person, whatever sockets they come by', async () => {
    const mine = await server.signUp('eager');
    const id = await group(mine);
    const conversations = Object.fromEntries(Array.from({ length: 199 }, (_, at) => [`cnv_${at}`, 0]));
    const refusals: unknown[] = [];
    for (let at = 0; at < 16; at++) {
      const client = await enter(mine);
      client.send({ type: 'resume', id: 9, conversations: { ...conversations, [id]: 1 } });
      const end = await client.waitFor(
        ({ type, error }) => type === 'resumed' || (error as { code?: string })?.code === 'rate_limited',
      );
      if (end.error) refusals.push(end.error);
      client.leave();
    }
    expect(refusals.length).toBeGreaterThan(0);
    expect(refusals[0]).toMatchObject({ code: 'rate_limited', retry_after: 5 });
  });

  it.each([
    ['too large', 1009, (client: LiveClient) => client.send('x'.repeat(70_000))],
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
        for (let at = 0; at < 400; at++) client.send('{"type":"ping"}');
      },
    ],
    [
      'garbage, again and again',
      4029,
      (client: LiveClient) => {
        for (let at = 0; at < 30; at++) client.send('garbage');
      },
    ],
    [
      'too many pings',
      1006,
      (client: LiveClient) => {
        for (let at = 0; at < 400; at++) client.socket.ping();
      },
    ],
    ['of another version', 4000, (client: LiveClient) => client.send({ type: 'hello', protocol: 2 })],
    ['nothing', 4003, () => {}],
  ])('%s ends the socket', async (_, code, act) => {
    const client = keep(await openSocket(port, { token: ann.token }));
    if (code === 4029 || code === 1009 || code === 1008) await client.ask({ type: 'hello', protocol: 1 });
    act(client);
    expect(await client.closed).toMatchObject({ code });
  });
});

it('has its place, however many connections are idle', async () => {
  const full = await startProcess({ MAX_CONNECTIONS: '6' });
  const client = keep(await ann.at(full).live());
  const strangers = Array.from({ length: 5 }, () => connectTcp(full.port, '127.0.0.1').on('error', () => {}));
  await Promise.all(strangers.map((stranger) => once(stranger, 'close')));
  expect(await client.ask({ type: 'ping' })).toMatchObject({ type: 'pong' });
});

it('does for a newcomer what docs/live.md says', async () => {
  const mine = await server.signUp('newcomer');
  const id = await group(mine);
  const guide = readFileSync(join(import.meta.dirname, '../../../../../docs/live.md'), 'utf8');
  const [, script, prints] = /```js\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/.exec(guide)!;
  writeFileSync(join(directory, 'live.mjs'), script!);
  const child = spawn(process.execPath, [join(directory, 'live.mjs')], {
    env: { BASE: server.url, ACCESS: mine.token },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    printed += chunk;
  });
  const lines = prints!.replaceAll('thr_…', id).replace('"Ann"', '"Newcomer"').trim().split('\n');
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
