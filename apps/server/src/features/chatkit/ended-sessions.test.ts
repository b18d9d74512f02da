import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Attachment } from '@causerie/chatkit';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { scriptedResponder } from '../../../testing/scripted-responder.ts';
import { inputOf, openStream, type Stream, shownBy, threadIdOf } from '../../../testing/stream.ts';
import { type App, createApp } from '../../app.ts';
import { loadConfig } from '../../config.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/testing.ts';

// Whoever is signed out, shut out or locked to a temporary password: what they began in their sessions ends.

const responder = scriptedResponder();
const directory = mkdtempSync(join(tmpdir(), 'causerie-ended-'));
const env = { DATA_DIR: directory, LOG_LEVEL: 'silent', RATE_LIMIT_PER_MINUTE: '0', AUTH_SECRET_KEY: 'k'.repeat(40) };
let database: TestDatabase;
let here: App;
/** Another process on the same database. */
let there: App;
let port: number;
let admin: string;

const json = async <T>(stream: Stream) => {
  await stream.ended;
  return (stream.raw() ? JSON.parse(stream.raw()) : null) as T;
};
const call = (token: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  openStream(port, { method, path, body, headers: { authorization: `Bearer ${token}`, ...headers } });
const credentials = (email: string) => ({ email, password: 'a long enough password' });
type Tokens = { access_token: string; refresh_token: string };
const register = async (email: string) =>
  (await json<Tokens>(await call('', 'POST', '/api/v1/auth/register', credentials(email), { authorization: '' })))
    .access_token;
const signIn = async (email: string) =>
  (await json<Tokens>(await call('', 'POST', '/api/v1/auth/login', credentials(email), { authorization: '' })))
    .access_token;
const idOf = async (token: string) => (await json<{ id: string }>(await call(token, 'GET', '/api/v1/auth/me'))).id;

/** An answer that is being written and would go on for ever, whoever reads it. */
async function answering(token: string): Promise<Stream> {
  const message = { type: 'threads.create', params: { input: inputOf('Hi') } };
  const stream = await call(token, 'POST', '/api/chatkit', message, { 'causerie-resume': '1' });
  await vi.waitFor(() => expect(shownBy(stream)).toBe('Half '));
  return stream;
}
const stateOf = async (stream: Stream) => {
  const { rows } = await database.pool.query('SELECT state FROM runs WHERE conversation_id = $1', [threadIdOf(stream)]);
  return rows[0].state;
};
const stops = (stream: Stream) =>
  vi.waitFor(async () => expect(await stateOf(stream)).toBe('stopped'), { timeout: 15_000 });

beforeAll(async () => {
  responder.script = ['Half ', () => new Promise<void>(() => {}), 'never'];
  database = await testDatabase({ poolSize: 8 });
  const open = () => createApp(loadConfig(env, directory), { database, responder });
  [here, there] = [await open(), await open()];
  await here.http.listen({ port: 0, host: '127.0.0.1' });
  port = (here.http.server.address() as { port: number }).port;
  admin = await register('admin@example.org');
});
afterAll(async () => {
  await Promise.all([here.close(), there.close()]);
  await database.close();
  rmSync(directory, { recursive: true });
});

it.each([
  ['signs out', (token: string) => call(token, 'POST', '/api/v1/auth/logout', {})],
  [
    'is disabled',
    async (token: string) => call(admin, 'PATCH', `/api/admin/users/${await idOf(token)}`, { disabled: true }),
  ],
  [
    'is signed out by an administrator',
    async (token: string) => call(admin, 'POST', `/api/admin/users/${await idOf(token)}/sign-out`),
  ],
  [
    'is locked to a temporary password',
    async (token: string) =>
      call(admin, 'POST', `/api/admin/users/${await idOf(token)}/reset-password`, { mode: 'temporary' }),
  ],
])('who %s has no answer running any more, followed or not', async (how, act) => {
  const token = await register(`${how.replaceAll(' ', '-')}@example.org`);
  const [followed, left] = [await answering(token), await answering(token)];
  left.leave();
  const answer = await act(token);
  expect(answer.status).toBeLessThan(300);
  await Promise.all([stops(followed), stops(left), followed.ended]);
});

it('ends with its own session only, and when another process ended it', async () => {
  const first = await register('two-sessions@example.org');
  const second = await signIn('two-sessions@example.org');
  const [one, other] = [await answering(first), await answering(second)];
  const ended = await there.http.inject({
    method: 'POST',
    url: '/api/v1/auth/logout',
    payload: {},
    headers: { authorization: `Bearer ${first}` },
  });
  expect(ended.statusCode).toBe(204);
  await Promise.all([stops(one), one.ended]);
  expect(await stateOf(other)).toBe('running');
  await call(second, 'POST', '/api/v1/auth/logout', {});
  await stops(other);
});

it('an answer asked for by a ChatKit session ends with the session that made it', async () => {
  const token = await register('embedded@example.org');
  const made = await json<{ token: string }>(
    await call(token, 'POST', '/api/create-session', { workflow: { id: 'wf_1' } }),
  );
  const stream = await answering(made.token);
  await call(token, 'POST', '/api/v1/auth/logout', {});
  await stops(stream);
  expect((await call(made.token, 'POST', '/api/chatkit', { type: 'threads.list', params: {} })).status).toBe(401);
});

it('the address of an upload ends with the session it was asked for in', async () => {
  const token = await register('uploads@example.org');
  const announce = async (by: string) =>
    json<Attachment>(
      await call(by, 'POST', '/api/chatkit', {
        type: 'attachments.create',
        params: { name: 'a.txt', size: 3, mime_type: 'text/plain' },
      }),
    );
  const other = await signIn('uploads@example.org');
  const [dead, good] = [await announce(token), await announce(other)];
  await call(token, 'POST', '/api/v1/auth/logout', {});
  const put = async ({ upload_descriptor: upload }: Attachment) => {
    const address = new URL(upload!.url);
    const stream = await openStream(port, {
      method: 'PUT',
      path: address.pathname + address.search,
      body: 'abc',
      headers: upload!.headers,
    });
    return [stream.status, (await json<{ error: { message: string } } | null>(stream))?.error.message];
  };
  expect(await put(dead)).toEqual([403, 'This upload address ended with the session it was made in.']);
  expect(await put(good)).toEqual([204, undefined]);
});
