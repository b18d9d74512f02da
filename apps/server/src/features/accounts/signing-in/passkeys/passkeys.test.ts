import { beforeEach, describe, expect, it } from 'vitest';
import { createBrowser } from '../../../../../testing/browser.ts';
import { world } from '../../../../../testing/world.ts';
import { createAuthenticator } from './testing/authenticator.ts';

const { ann, bob, server, clock } = await world({ logLevel: 'warn' });
// A passkey belongs to a host name, and 127.0.0.1 is none.
const origin = server.url.replace('127.0.0.1', 'localhost');
beforeEach(() => clock.reset());

type Authenticator = ReturnType<typeof createAuthenticator>;
const browser = () => createBrowser(origin);
type Browser = ReturnType<typeof browser>;

async function signedInBrowser(who: { email: string; password: string }): Promise<Browser> {
  const here = browser();
  await here.post('/api/auth/sign-in/email', { email: who.email, password: who.password });
  return here;
}
async function add(here: Browser, authenticator: Authenticator, password: string, name = 'Laptop') {
  const { body } = await here.post('/api/account/passkeys/options', { password });
  return here.post('/api/account/passkeys', { name, response: authenticator.create(body, origin) });
}
async function signIn(here: Browser, authenticator: Authenticator, from = origin) {
  const { body } = await here.post('/api/auth/passkey/options');
  return here.post('/api/auth/passkey', { response: authenticator.get(body, from) });
}
const codeOf = (answer: { status: number; body: { error?: { code: string } } }) => [
  answer.status,
  answer.body?.error?.code,
];

describe('a passkey', () => {
  it('is made after the password, and signs in without it', async () => {
    const here = await signedInBrowser(ann);
    expect(codeOf(await here.post('/api/account/passkeys/options', { password: 'wrong' }))).toEqual([
      403,
      'password_wrong',
    ]);
    const options = await here.post('/api/account/passkeys/options', { password: ann.password });
    expect(options.body).toMatchObject({
      rp: { id: 'localhost', name: 'Causerie' },
      user: { name: ann.email, id: Buffer.from(ann.id).toString('base64url') },
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    const laptop = createAuthenticator();
    const added = await add(here, laptop, ann.password);
    expect(added).toEqual({
      status: 201,
      body: {
        id: laptop.id,
        name: 'Laptop',
        backed_up: false,
        created_at: expect.any(String),
        last_used_at: null,
      },
    });
    const elsewhere = browser();
    expect((await signIn(elsewhere, laptop)).body.user.id).toBe(ann.id);
    expect((await elsewhere.user())?.id).toBe(ann.id);
    const ways = await (await here.request('/api/account/sign-in')).json();
    expect(ways).toMatchObject({ passkeys: [{ id: laptop.id, last_used_at: expect.any(String) }] });

    // A known one is not added again, by whomever.
    const other = await signedInBrowser(bob);
    expect(codeOf(await add(other, laptop, bob.password))).toEqual([409, 'conflict']);
    expect((await here.post(`/api/account/passkeys/${laptop.id}`, { name: 'Old laptop' }, 'PATCH')).status).toBe(204);
    expect((await other.post(`/api/account/passkeys/${laptop.id}`, { name: 'Mine' }, 'PATCH')).status).toBe(404);
    const remove = (by: Browser, password: string) =>
      by.post(`/api/account/passkeys/${laptop.id}`, { password }, 'DELETE');
    expect((await remove(other, bob.password)).status).toBe(404);
    expect((await remove(here, ann.password)).status).toBe(204);
    expect(codeOf(await signIn(browser(), laptop))).toEqual([403, 'sign_in_refused']);
  });

  it('is refused from another origin, also of the same machine', async () => {
    const here = await signedInBrowser(ann);
    const laptop = createAuthenticator();
    for (const from of ['https://evil.example', 'http://localhost:1', 'http://evil.localhost']) {
      const { body } = await here.post('/api/account/passkeys/options', { password: ann.password });
      const response = laptop.create(body, from);
      expect(codeOf(await here.post('/api/account/passkeys', { name: 'x', response })), from).toEqual([
        403,
        'sign_in_refused',
      ]);
    }
    await add(here, laptop, ann.password);
    for (const from of ['https://evil.example', 'http://localhost:1'])
      expect(codeOf(await signIn(browser(), laptop, from)), from).toEqual([403, 'sign_in_refused']);
  });

  it('answers a challenge once, within ten minutes, and for its purpose', async () => {
    const here = await signedInBrowser(ann);
    const laptop = createAuthenticator();
    const { body: made } = await here.post('/api/account/passkeys/options', { password: ann.password });
    const other = await signedInBrowser(bob);
    const stolen = await other.post('/api/account/passkeys', { name: 'x', response: laptop.create(made, origin) });
    expect(codeOf(stolen)).toEqual([400, 'sign_in_expired']);
    await add(here, laptop, ann.password);

    const { body: asked } = await browser().post('/api/auth/passkey/options');
    const response = laptop.get(asked, origin);
    expect((await browser().post('/api/auth/passkey', { response })).status).toBe(200);
    expect(codeOf(await browser().post('/api/auth/passkey', { response }))).toEqual([400, 'sign_in_expired']);

    const { body: late } = await browser().post('/api/auth/passkey/options');
    clock.advance(601_000);
    const lateResponse = laptop.get(late, origin);
    expect(codeOf(await browser().post('/api/auth/passkey', { response: lateResponse }))).toEqual([
      400,
      'sign_in_expired',
    ]);
    const madeUp = laptop.get({ ...late, challenge: 'x'.repeat(43) }, origin);
    expect(codeOf(await browser().post('/api/auth/passkey', { response: madeUp }))).toEqual([400, 'sign_in_expired']);
  });

  it('is refused without the verification of its person', async () => {
    const here = await signedInBrowser(ann);
    const laptop = createAuthenticator();
    await add(here, laptop, ann.password);
    const { body } = await browser().post('/api/auth/passkey/options');
    const response = laptop.get(body, origin, { verified: false });
    expect(codeOf(await browser().post('/api/auth/passkey', { response }))).toEqual([403, 'sign_in_refused']);
  });

  it('is refused as a copy, whose counter is behind', async () => {
    const here = await signedInBrowser(ann);
    const laptop = createAuthenticator();
    await add(here, laptop, ann.password);
    for (let times = 0; times < 3; times++) expect((await signIn(browser(), laptop)).status).toBe(200);
    laptop.rewind(1);
    expect(codeOf(await signIn(browser(), laptop))).toEqual([403, 'sign_in_refused']);
    expect(server.logged.join('\n')).toContain('a passkey counts backwards');
    // Many do not count at all.
    const phone = createAuthenticator({ counts: false });
    await add(here, phone, ann.password, 'Phone');
    for (let times = 0; times < 2; times++) expect((await signIn(browser(), phone)).status).toBe(200);
  });

  it('is the second factor where its person wants that', async () => {
    const here = await signedInBrowser(bob);
    const wish = { enabled: true, password: bob.password };
    expect(codeOf(await here.post('/api/account/two-factor/passkey', wish, 'PUT'))).toEqual([409, 'conflict']);
    const laptop = createAuthenticator();
    await add(here, laptop, bob.password);
    expect((await here.post('/api/account/two-factor/passkey', wish, 'PUT')).status).toBe(204);
    expect(await here.user()).toMatchObject({ two_factor: true });

    const elsewhere = browser();
    const asked = await elsewhere.post('/api/auth/sign-in/email', { email: bob.email, password: bob.password });
    expect(asked.body).toEqual({ user: null, two_factor: true });
    expect(await elsewhere.user()).toBeNull();
    const answers = await elsewhere.request('/api/auth/two-factor');
    expect(await answers.json()).toEqual({ authenticator_app: false, passkey: true });
    const options = await elsewhere.post('/api/auth/two-factor/passkey/options');
    expect(options.body.allowCredentials).toMatchObject([{ id: laptop.id }]);
    // Neither another person's passkey, nor a challenge of the door that asks nobody in particular.
    const stranger = createAuthenticator();
    await add(await signedInBrowser(ann), stranger, ann.password, 'Hers');
    const wrong = await elsewhere.post('/api/auth/two-factor/passkey', {
      response: stranger.get(options.body, origin),
    });
    expect(codeOf(wrong)).toEqual([403, 'sign_in_refused']);
    const { body: open } = await elsewhere.post('/api/auth/passkey/options');
    const swapped = await elsewhere.post('/api/auth/two-factor/passkey', { response: laptop.get(open, origin) });
    expect(codeOf(swapped)).toEqual([400, 'sign_in_expired']);

    const { body: again } = await elsewhere.post('/api/auth/two-factor/passkey/options');
    const done = await elsewhere.post('/api/auth/two-factor/passkey', { response: laptop.get(again, origin) });
    expect(done.body.user.id).toBe(bob.id);
    expect((await elsewhere.user())?.id).toBe(bob.id);
    // A browser that gave no password is not asked.
    expect(codeOf(await browser().post('/api/auth/two-factor/passkey/options'))).toEqual([401, 'unauthorized']);
    expect((await browser().request('/api/auth/two-factor')).status).toBe(401);
    // Alone it is both factors.
    expect((await signIn(browser(), laptop)).status).toBe(200);
    // With the passkey goes the question.
    const gone = await here.post(`/api/account/passkeys/${laptop.id}`, { password: bob.password }, 'DELETE');
    expect(gone.status).toBe(204);
    const plain = await browser().post('/api/auth/sign-in/email', { email: bob.email, password: bob.password });
    expect(plain.body.user.id).toBe(bob.id);
  });

  it('is kept as the last way when the only other one is a provider that the settings do not name any more', async () => {
    const fay = await server.signUp('fay');
    const here = await signedInBrowser(fay);
    const laptop = createAuthenticator();
    await add(here, laptop, fay.password);
    const { pool } = server.database;
    await pool.query('DELETE FROM passwords WHERE person_id = $1', [fay.id]);
    await pool.query(
      `INSERT INTO provider_accounts (issuer, subject, person_id, email) VALUES ('https://gone.example', 'fay', $1, '')`,
      [fay.id],
    );
    const removed = await here.post(`/api/account/passkeys/${laptop.id}`, {}, 'DELETE');
    expect(codeOf(removed)).toEqual([409, 'last_sign_in_way']);
    expect((await signIn(browser(), laptop)).status).toBe(200);
  });

  it('goes when an administrator hands the account back, but as second factor', async () => {
    const gil = await server.signUp('gil');
    const thief = createAuthenticator();
    await add(await signedInBrowser(gil), thief, gil.password);
    await server.database.pool.query(
      `INSERT INTO provider_accounts (issuer, subject, person_id, email) VALUES ('https://id.example', 'thief', $1, '')`,
      [gil.id],
    );
    const reset = await ann.post(`/api/admin/users/${gil.id}/reset-password`, { mode: 'link' });
    const token = new URL(reset.body.url).searchParams.get('reset') ?? '';
    const password = 'of the true owner';
    expect((await browser().post('/api/auth/reset-password', { token, password })).status).toBe(204);
    expect(codeOf(await signIn(browser(), thief))).toEqual([403, 'sign_in_refused']);
    const { rows } = await server.database.pool.query('SELECT FROM provider_accounts WHERE person_id = $1', [gil.id]);
    expect(rows).toEqual([]);

    // Asked for after the password it stays, until an administrator removes the second factor.
    const here = await signedInBrowser({ email: gil.email, password });
    const laptop = createAuthenticator();
    await add(here, laptop, password);
    await here.post('/api/account/two-factor/passkey', { enabled: true, password }, 'PUT');
    const temporary = await ann.post(`/api/admin/users/${gil.id}/reset-password`, { mode: 'temporary' });
    expect(temporary.status).toBe(200);
    expect((await signIn(browser(), laptop)).status).toBe(200);
    await ann.patch(`/api/admin/users/${gil.id}`, { two_factor: false });
    expect(codeOf(await signIn(browser(), laptop))).toEqual([403, 'sign_in_refused']);
  });

  it('lets nobody in whose account is disabled', async () => {
    const eve = await server.signUp('eve');
    const laptop = createAuthenticator();
    await add(await signedInBrowser(eve), laptop, eve.password);
    await ann.patch(`/api/admin/users/${eve.id}`, { disabled: true });
    expect(codeOf(await signIn(browser(), laptop))).toEqual([403, 'account_disabled']);
  });

  it('that is no passkey at all is refused, whatever it holds', async () => {
    const { body } = await browser().post('/api/auth/passkey/options');
    const right = createAuthenticator().get(body, origin);
    for (const [name, response] of Object.entries({
      unknown: right,
      'no JSON': { ...right, response: { ...right.response, clientDataJSON: 'AAAA' } },
      'JSON that is null': {
        ...right,
        response: { ...right.response, clientDataJSON: Buffer.from('null').toString('base64url') },
      },
    }))
      expect(codeOf(await browser().post('/api/auth/passkey', { response })), name).toEqual([403, 'sign_in_refused']);
    const huge = { ...right, response: { ...right.response, signature: 'x'.repeat(20_000) } };
    expect(codeOf(await browser().post('/api/auth/passkey', { response: huge }))).toEqual([422, 'invalid_input']);
    expect(codeOf(await browser().post('/api/auth/passkey', { response: { id: {} } }))).toEqual([422, 'invalid_input']);
  });
});
