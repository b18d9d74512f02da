import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { hash } from '@node-rs/argon2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, createApp } from '../../../app.ts';
import { loadConfig } from '../../../config.ts';
import { type TestDatabase, testDatabase } from '../../../platform/database/testing.ts';
import { createLog } from '../../../platform/telemetry/log.ts';

const directory = mkdtempSync(join(tmpdir(), 'causerie-passwords-'));
let database: TestDatabase;
let app: App;
let logged = '';

const settings = {
  DATA_DIR: directory,
  RATE_LIMIT_PER_MINUTE: '0',
  // What an operator sets is theirs to choose.
  ADMIN_EMAIL: 'admin@example.org',
  ADMIN_PASSWORD: 'password',
};
beforeAll(async () => {
  database = await testDatabase();
  const lines = new PassThrough().on('data', (chunk) => {
    logged += chunk;
  });
  app = await createApp(loadConfig(settings, directory), { database, log: createLog('warn', lines) });
});
afterAll(async () => {
  await app.close();
  await database.close();
  rmSync(directory, { recursive: true });
});

const post = (url: string, payload: object, headers = {}) => app.http.inject({ method: 'POST', url, payload, headers });
const register = (email: string, password: string) => post('/api/v1/auth/register', { email, password });
const login = async (email: string, password: string) =>
  (await post('/api/v1/auth/login', { email, password })).statusCode;
const tokenOf = async (email: string, password: string) => ({
  authorization: `Bearer ${(await post('/api/v1/auth/login', { email, password })).json().access_token}`,
});

describe('a password that is guessed first', () => {
  it.each([
    ['12345678', 'the most common of all'],
    ['Password1', 'common, with a capital'],
    ['azertyuiop', 'a row of a French keyboard'],
    ['motdepasse', 'French'],
    ['contraseña', 'Spanish'],
    ['CONTRASENA', 'Spanish without its tilde'],
    ['ｐａｓｓｗｏｒｄ', 'in full-width letters'],
    ['different', 'an English word'],
    ['longtemps', 'a French word'],
    ['entonces', 'a Spanish word'],
    ['zoe.martin', 'the name in the address'],
    ['zoe.martin@example.org', 'the address'],
  ])('%s is refused at registration (%s)', async (password) => {
    const answer = await register('zoe.martin@example.org', password);
    expect([answer.statusCode, answer.json().error?.code]).toEqual([422, 'password_common']);
    expect(answer.json().error.message).not.toContain(password);
  });

  it('is refused for a change and by a link too', async () => {
    const ann = { email: 'ann@example.org', password: 'a quiet engine' };
    await register(ann.email, ann.password);
    const change = { current_password: ann.password, new_password: 'motdepasse' };
    const changed = await post('/api/account/password', change, await tokenOf(ann.email, ann.password));
    expect(changed.json().error.code).toBe('password_common');
    const admin = await tokenOf(settings.ADMIN_EMAIL, settings.ADMIN_PASSWORD);
    const { data } = (await app.http.inject({ url: '/api/admin/users?search=ann@', headers: admin })).json();
    const link = await post(`/api/admin/users/${data[0].id}/reset-password`, { mode: 'link' }, admin);
    const token = /[\w-]{43}/.exec(link.json().url)?.[0];
    const reset = (password: string) => post('/api/auth/reset-password', { token, password });
    for (const password of ['12345678', 'ann@example.org'])
      expect((await reset(password)).json().error?.code).toBe('password_common');
    // Refusing did not use the link up.
    expect((await reset('another quiet engine')).statusCode).toBe(204);
    expect(await login(ann.email, 'another quiet engine')).toBe(200);
  });

  it('is the operator’s to choose, with a warning that does not tell it', async () => {
    expect(await login(settings.ADMIN_EMAIL, settings.ADMIN_PASSWORD)).toBe(200);
    expect(logged).toContain('ADMIN_PASSWORD is one of the passwords that are guessed first');
    expect(logged).not.toContain('"password"');
  });

  it('is not one that a guide has people type', async () => {
    expect((await register('user@example.com', 'secure123')).statusCode).toBe(201);
    expect((await register('admin@example.com', 'adminpass')).statusCode).toBe(201);
  });
});

describe('a password typed on another keyboard', () => {
  it('is the same one: characters are compared in one form', async () => {
    const composed = 'un café très serré'.normalize('NFC');
    await register('cafe@example.org', composed);
    for (const form of [composed, composed.normalize('NFD'), composed.replace('caf', 'ｃａｆ')])
      expect(await login('cafe@example.org', form), form).toBe(200);
    expect(await login('cafe@example.org', 'un cafe tres serre')).toBe(401);
    const change = { current_password: composed, new_password: composed.normalize('NFD') };
    const same = await post('/api/account/password', change, await tokenOf('cafe@example.org', composed));
    expect(same.json().error.details).toEqual([expect.objectContaining({ path: 'new_password' })]);
  });

  it('opens an account from before characters were compared so', async () => {
    await register('old@example.org', 'a quiet engine');
    const typed = 'un café très serré'.normalize('NFD');
    await database.pool.query(
      `UPDATE passwords SET hash = $1 WHERE person_id = (SELECT id FROM people WHERE email = 'old@example.org')`,
      [await hash(typed, { memoryCost: 19_456, timeCost: 2, parallelism: 1 })],
    );
    expect(await login('old@example.org', typed)).toBe(200);
  });
});

it('a name keeps no controls of writing direction', async () => {
  const name = '\u202eadA\u202c\u2066 \u200fLovelace\u0007\u200e';
  const made = await post('/api/v1/auth/register', { email: 'bidi@example.org', password: 'a quiet engine', name });
  const headers = { authorization: `Bearer ${made.json().access_token}` };
  const me = async () => (await app.http.inject({ url: '/api/v1/auth/me', headers })).json().name;
  expect(await me()).toBe('adA Lovelace');
  // Joiners stay: Persian is written with them.
  const changed = await app.http.inject({
    method: 'PATCH',
    url: '/api/account',
    payload: { name: 'می\u200cخواهم\u061c' },
    headers,
  });
  expect(changed.json().name).toBe('می\u200cخواهم');
});
