import type { Attachment } from '@causerie/chatkit';
import { expect, it, vi } from 'vitest';
import { scriptedResponder } from '../../../testing/scripted-responder.ts';
import { inputOf, type Stream, shownBy, threadIdOf } from '../../../testing/stream.ts';
import { type Person, world } from '../../../testing/world.ts';

// Whoever is signed out, shut out or locked to a temporary password: what they began in their sessions ends.

const responder = scriptedResponder();
responder.script = ['Half ', () => new Promise<void>(() => {}), 'never'];
const { ann: admin, server, servers } = await world({ answers: responder, processes: 2, people: ['ann'] });
/** Another process on the same database. */
const there = servers[1]!;

/** An answer that is being written and would go on for ever, whoever reads it. */
async function answering(open: Person['open']): Promise<Stream> {
  const message = { type: 'threads.create', params: { input: inputOf('Hi') } };
  const stream = await open('POST', '/api/chatkit', message, { 'causerie-resume': '1' });
  await vi.waitFor(() => expect(shownBy(stream)).toBe('Half '));
  return stream;
}
const stateOf = async (stream: Stream) => {
  const { rows } = await server.database.pool.query('SELECT state FROM runs WHERE conversation_id = $1', [
    threadIdOf(stream),
  ]);
  return rows[0].state;
};
const stops = (stream: Stream) =>
  vi.waitFor(async () => expect(await stateOf(stream)).toBe('stopped'), { timeout: 15_000 });
const signOut = (person: Person) => person.post('/api/v1/auth/logout');

it.each([
  ['signs out', signOut],
  ['is disabled', ({ id }: Person) => admin.patch(`/api/admin/users/${id}`, { disabled: true })],
  ['is signed out by an administrator', ({ id }: Person) => admin.post(`/api/admin/users/${id}/sign-out`)],
  [
    'is locked to a temporary password',
    ({ id }: Person) => admin.post(`/api/admin/users/${id}/reset-password`, { mode: 'temporary' }),
  ],
])('who %s has no answer running any more, followed or not', async (how, act) => {
  const person = await server.signUp(how.replaceAll(' ', '-'));
  const [followed, left] = [await answering(person.open), await answering(person.open)];
  left.leave();
  const answer = await act(person);
  expect(answer.status).toBeLessThan(300);
  await Promise.all([stops(followed), stops(left), followed.ended]);
});

it('ends with its own session only, and when another process ended it', async () => {
  const first = await server.signUp('two-sessions');
  const second = await server.signIn(first);
  const [one, other] = [await answering(first.open), await answering(second.open)];
  expect((await signOut(first.at(there))).status).toBe(204);
  await Promise.all([stops(one), one.ended]);
  expect(await stateOf(other)).toBe('running');
  await signOut(second);
  await stops(other);
});

it('an answer asked for by a ChatKit session ends with the session that made it', async () => {
  const person = await server.signUp('embedded');
  const { body } = await person.post('/api/create-session', { workflow: { id: 'wf_1' } });
  const open: Person['open'] = (method, path, content, headers) =>
    server.open(method, path, content, { authorization: `Bearer ${body.token}`, ...headers });
  const stream = await answering(open);
  await signOut(person);
  await stops(stream);
  expect((await open('POST', '/api/chatkit', { type: 'threads.list', params: {} })).status).toBe(401);
});

it('the address of an upload ends with the session it was asked for in', async () => {
  const person = await server.signUp('uploads');
  const other = await server.signIn(person);
  const announce = async (by: Person): Promise<Attachment> =>
    (await by.chatkit('attachments.create', { name: 'a.txt', size: 3, mime_type: 'text/plain' })).body;
  const [dead, good] = [await announce(person), await announce(other)];
  await signOut(person);
  const put = async ({ upload_descriptor: upload }: Attachment) => {
    const address = new URL(upload!.url);
    const { status, body } = await server.send('PUT', address.pathname + address.search, 'abc', upload!.headers);
    return [status, body?.error.message];
  };
  expect(await put(dead)).toEqual([403, 'This upload address ended with the session it was made in.']);
  expect(await put(good)).toEqual([204, undefined]);
});
