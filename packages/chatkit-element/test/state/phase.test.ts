import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { stopAnswer } from '../../src/state/answering.ts';
import { fetchUpdates, reloadUnreadable, sendPageMessage } from '../../src/state/opening.ts';
import { retryAnswer } from '../../src/state/sending.ts';
import { Session } from '../../src/state/session.ts';
import {
  answering,
  frame,
  json,
  type ScriptedServer,
  startScriptedServer,
  stream,
  thread,
} from '../scripted-server.ts';

const offer = { 'causerie-resume': '1' };
const call = { id: 'c', thread_id: 'thr_1', type: 'client_tool_call', status: 'pending', name: 'time', arguments: {} };

let server: ScriptedServer;
let session: Session;
/** Every phase that the session has been in, and what the page heard meanwhile. */
let seen: string[];

beforeAll(() => {
  // The few things of a page that a session uses without its views.
  vi.stubGlobal('document', { visibilityState: 'visible', addEventListener() {}, removeEventListener() {} });
  vi.stubGlobal('addEventListener', () => {});
  vi.stubGlobal('removeEventListener', () => {});
  vi.stubGlobal('requestAnimationFrame', (draw: () => void) => setTimeout(draw, 5));
  vi.stubGlobal('cancelAnimationFrame', clearTimeout);
  vi.stubGlobal('navigator', { onLine: true, languages: ['en'], language: 'en' });
});
afterAll(() => void vi.unstubAllGlobals());

beforeEach(async () => {
  server = await startScriptedServer();
  seen = [];
  session = new Session((name) => {
    if (name.startsWith('chatkit.response')) seen.push(name.slice('chatkit.response.'.length));
  });
  session.phase.subscribe(() => seen.push(session.phase.value.name));
  session.start();
});
afterEach(async () => {
  session.suspend();
  await server.close();
  expect(server.unexpected).toEqual([]);
});

const opens = (items: object[] = [], headers: Record<string, string> = {}) =>
  server.on('threads.get_by_id', json(thread('thr_1', { items: { data: items, has_more: false } }), 200, headers));
const say = (text = 'Hello') =>
  sendPageMessage(
    session,
    { content: [{ type: 'input_text', text }], attachments: [], inference_options: {} },
    [],
    false,
  );
const configure = (options: object = {}) => session.configure({ api: { url: server.url }, ...options });
const phase = () => session.phase.value.name;

it('a thread is loaded, and a message in it answered', async () => {
  opens();
  server.on('threads.add_user_message', stream(answering('Hello', 'Good day')));
  configure();
  await session.openThread('thr_1');
  await say();
  expect(seen).toEqual(['loading', 'idle', 'answering', 'start', 'idle', 'end']);
});

it.each([
  ['read again', () => reloadUnreadable(session), ['loading', 'idle']],
  ['brought up to date', () => fetchUpdates(session), ['idle']],
  ['left', () => session.openThread(null), ['idle']],
  ['written to', () => say(), ['answering', 'start', 'idle', 'end']],
])('a thread that cannot be read is %s', async (_, act, then) => {
  server.on('threads.get_by_id', json({}, 500));
  server.on('threads.add_user_message', stream(answering('Hello', 'Good day')));
  configure();
  await session.openThread('thr_1');
  expect(seen).toEqual(['loading', 'unreadable']);
  opens();
  seen = [];
  await act();
  await expect.poll(() => seen).toEqual(then);
});

it('a thread that a resumable server could not send is read once the server is back', async () => {
  opens([], offer);
  server.on('GET /chatkit/threads/thr_1/stream', (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', ...offer }).flushHeaders();
  });
  configure();
  await session.openThread('thr_1');
  await session.openThread(null);
  seen = [];
  for (const type of ['threads.get_by_id', 'threads.list']) server.on(type, (_, response) => void response.destroy());
  await session.openThread('thr_1');
  await expect.poll(() => session.offline.value).toBe(true);
  opens([], offer);
  server.on('threads.list', json({ data: [] }, 200, offer));
  await expect.poll(() => seen, { timeout: 10_000 }).toEqual(['loading', 'unreadable', 'loading', 'idle']);
  expect(session.offline.value).toBe(false);
});

it('a refused message ends the answer before it began, and can be resent', async () => {
  opens();
  server.once('threads.add_user_message', json({}, 500));
  server.on('threads.add_user_message', stream(answering('Hello', 'Good day')));
  configure();
  await session.openThread('thr_1');
  seen = [];
  await say();
  expect(seen).toEqual(['answering', 'idle']);
  expect(session.failure.value).toMatchObject({ remedy: 'resend' });
  retryAnswer(session);
  await expect.poll(() => seen).toEqual(['answering', 'idle', 'answering', 'start', 'idle', 'end']);
});

it('an answer whose stream breaks is followed in the live feed, and stopped there', async () => {
  opens([], offer);
  const feeds: (() => void)[] = [];
  const isShown = () => expect.poll(() => session.conversation.last?.item.type).toBe('assistant_message');
  server.on('GET /chatkit/threads/thr_1/stream', (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', ...offer }).flushHeaders();
    feeds.push(() => response.write(frame({ type: 'causerie.run', run_id: 'r', state: 'completed' })));
  });
  server.on(
    'threads.add_user_message',
    stream([...answering('Hello', 'Good').slice(0, -1), isShown], { headers: offer, breaks: true }),
  );
  server.on('POST /chatkit/threads/thr_1/stop', (_, response) => {
    response.writeHead(204, offer).end();
    feeds.at(-1)!();
  });
  configure();
  await session.openThread('thr_1');
  await expect.poll(() => feeds.length).toBe(1);
  await say();
  expect(phase()).toBe('following');
  await expect.poll(() => feeds.length).toBe(2);
  await stopAnswer(session);
  await expect.poll(() => seen).toEqual(['loading', 'idle', 'answering', 'start', 'following', 'idle', 'end']);
});

it('an answer that was asked for elsewhere is followed', async () => {
  opens([], offer);
  server.on(
    'GET /chatkit/threads/thr_1/stream',
    stream([...answering('Hello', 'Good day'), () => new Promise(() => {})], { headers: offer }),
  );
  configure();
  await session.openThread('thr_1');
  await expect.poll(() => seen).toEqual(['loading', 'idle', 'following', 'start']);
  await session.openThread(null);
  expect(seen.slice(4)).toEqual(['idle', 'end']);
});

it('a client tool call that was left open is answered', async () => {
  opens([call]);
  server.on('threads.add_client_tool_output', stream(answering('Hello', 'It is noon')));
  configure({ onClientTool: () => ({ time: 'noon' }) });
  await session.openThread('thr_1');
  await expect.poll(() => seen).toEqual(['loading', 'idle', 'calling', 'answering', 'start', 'idle', 'end']);
});

it.each([
  ['Stop', () => stopAnswer(session)],
  ['opening another thread', () => session.openThread(null)],
])('%s ends such a call, and its result is not sent', async (_, act) => {
  opens([call]);
  const { promise, resolve } = Promise.withResolvers<object>();
  configure({ onClientTool: () => promise });
  await session.openThread('thr_1');
  expect(phase()).toBe('calling');
  await act();
  resolve({ time: 'noon' });
  await promise;
  await new Promise((done) => setTimeout(done));
  expect(seen).toEqual(['loading', 'idle', 'calling', 'idle']);
});
