import { createHmac } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createBrowser } from '../../../../testing/browser.ts';
import { createApp } from '../../../app.ts';
import { loadConfig } from '../../../config.ts';
import { openDatabase } from '../../../platform/database/index.ts';
import { createMigrator } from '../../../platform/database/migrator.ts';
import { Pool } from '../../../platform/database/pool.ts';
import { testDatabase } from '../../../platform/database/testing.ts';
import { hashPassword } from '../signing-in/passwords.ts';
import { hashSecret } from './secrets.ts';

it('keeps everybody signed in who was so in the former version, and nobody else', async () => {
  const around = await testDatabase({ poolSize: 1 });
  const name = `former_${process.pid}_${Date.now()}`;
  await around.pool.query(`CREATE DATABASE ${name}`);
  const url = around.url.replace(/[^/]+$/, name);
  const before = new Pool({ connectionString: url }, 1);
  const { error } = await createMigrator(before).migrateTo('0016-engine');
  expect(error).toBeUndefined();
  const hash = await hashPassword('a long enough password');
  // As that version wrote them: the cookie's token as it is, and a refresh token's hash.
  await before.query(`INSERT INTO people (id, email, name, role) VALUES ('usr_ann', 'ann@example.org', 'Ann', 'admin'),
    ('usr_bob', 'bob@example.org', 'Bob', 'user'),
    ('usr_cleo', 'cleo@example.org', 'Cleo', 'user'), ('usr_dan', 'dan@example.org', 'Dan', 'user')`);
  await before.query(
    `INSERT INTO sign_ins (id, person_id, provider_id, account_id, password)
     SELECT id, id, 'credential', id, $1 FROM people`,
    [hash],
  );
  await before.query(`INSERT INTO sessions (id, token, person_id, expires_at, user_agent) VALUES
    ('ses_browser', 'tokenOfABrowser', 'usr_ann', now() + interval '9 days', 'Firefox'),
    ('ses_late', 'tokenOfAnotherDay', 'usr_ann', now() - interval '1 day', '')`);
  await before.query(`INSERT INTO token_families (id, person_id, expires_at, revoked_at, ip_address) VALUES
    ('ses_program', 'usr_ann', now() + interval '9 days', NULL, '192.0.2.7'),
    ('ses_ended', 'usr_ann', now() + interval '9 days', now(), '')`);
  for (const [token, family] of [
    ['refresh-of-a-program', 'ses_program'],
    ['refresh-of-an-ended-one', 'ses_ended'],
  ])
    await before.query(
      'INSERT INTO refresh_tokens (hash, family_id, expires_at) VALUES ($1, $2, now() + $3::interval)',
      [hashSecret(token!), family, '5 days'],
    );
  await before.query(`INSERT INTO audit_log (id, action, actor_id, actor_name, target_id, target_name, ip)
    VALUES ('aud_1', 'user.created', 'usr_ann', 'Ann', 'usr_bob', 'Bob', '')`);
  // Cleo was invited; Dan registered with the address of somebody who was, and left.
  await before.query(`INSERT INTO invitations (id, hash, email, role, invited_by_id, invited_by_name, expires_at, used_at) VALUES
    ('inv_1', 'one', 'cleo@example.org', 'user', 'usr_ann', 'Ann', now() + interval '6 days', now()),
    ('inv_2', 'two', 'dan@example.org', 'user', 'usr_ann', 'Ann', now() + interval '6 days', now() - interval '1 hour')`);
  await before.end();

  const directory = mkdtempSync(join(tmpdir(), 'causerie-former-'));
  const config = loadConfig(
    { DATA_DIR: directory, DATABASE_URL: url, LOG_LEVEL: 'silent', AUTH_SECRET_KEY: 'k'.repeat(40) },
    directory,
  );
  const database = await openDatabase(config, { info() {}, warn() {}, error() {} });
  const app = await createApp(config, { database });
  try {
    const address = await app.http.listen({ port: 0, host: '127.0.0.1' });
    const here = createBrowser(address);
    // The former version signed its cookies; nobody checks that any more.
    const signature = createHmac('sha256', 'a key').update('tokenOfABrowser').digest('base64');
    here.cookies.set('causerie.session_token', encodeURIComponent(`tokenOfABrowser.${signature}`));
    expect(await here.user()).toMatchObject({ id: 'usr_ann', two_factor: false });
    const sessions = (await (await here.request('/api/account/sessions')).json()) as { data: { id: string }[] };
    expect(sessions.data.map(({ id }) => id).sort()).toEqual(['ses_browser', 'ses_program']);
    here.cookies.set('causerie.session_token', 'tokenOfAnotherDay.signature');
    expect(await here.user()).toBeNull();

    const refreshed = await here.post('/api/v1/auth/refresh', { refresh_token: 'refresh-of-a-program' });
    expect([refreshed.status, refreshed.body.token_type]).toEqual([200, 'bearer']);
    expect((await here.post('/api/v1/auth/refresh', { refresh_token: 'refresh-of-an-ended-one' })).status).toBe(401);
    const login = { email: 'bob@example.org', password: 'a long enough password' };
    expect((await here.post('/api/v1/auth/login', login)).status).toBe(200);
    // Whom an administrator made has an address that is vouched for.
    const { rows } = await database.pool.query('SELECT id, email_verified FROM people ORDER BY id');
    expect(rows).toEqual([
      { id: 'usr_ann', email_verified: false },
      { id: 'usr_bob', email_verified: true },
      { id: 'usr_cleo', email_verified: true },
      { id: 'usr_dan', email_verified: false },
    ]);
  } finally {
    await app.close();
    await database.close();
    await around.pool.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await around.close();
  }
});
