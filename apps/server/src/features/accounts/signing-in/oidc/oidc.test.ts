// Over 400 lines: all cases ask the same two providers, one of which is a process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../../../../../tools/free-port.ts';
import { createBrowser } from '../../../../../testing/browser.ts';
import { world } from '../../../../../testing/world.ts';
import { OutboundError } from '../../../../platform/outbound/index.ts';
import { appCode } from '../second-factor/testing.ts';
import { createProvider } from './provider.ts';
import { startScriptedProvider } from './testing/scripted-provider.ts';

const scripted = await startScriptedProvider();
const house = await startScriptedProvider();
afterAll(() => Promise.all([scripted.close(), house.close()]));
const realPort = await freePort();
const realIssuer = `http://127.0.0.1:${realPort}`;
const client = { client_id: 'causerie', client_secret: 'a secret' };
const { ann, bob, server, clock, startProcess } = await world({
  logLevel: 'info',
  env: {
    OIDC_PROVIDERS: JSON.stringify([
      { id: 'real', name: 'Real', issuer: realIssuer, ...client },
      { id: 'liar', name: 'Liar', issuer: scripted.issuer, ...client },
      { id: 'house', name: 'House', issuer: house.issuer, trust_email: true, ...client },
    ]),
  },
});
const real = spawn(process.execPath, [
  `${import.meta.dirname}/testing/provider-process.ts`,
  String(realPort),
  `${server.url}/api/auth/oidc/real/callback`,
  JSON.stringify({
    carol: { email: 'Carol@Example.org', email_verified: true, name: 'Carol', locale: 'fr' },
    dave: { email: 'dave@example.org', email_verified: false, name: 'Dave' },
    'bobs-subject': { email: 'bob@example.org', email_verified: true, name: 'Not Bob' },
    erin: { email: 'erin@example.org', email_verified: true },
    fred: { email: 'fred@example.org', email_verified: true },
  }),
]);
await once(real.stdout, 'data');
afterAll(() => real.kill());

beforeEach(() => {
  scripted.reset();
  clock.reset();
});

const browser = () => createBrowser(server.url);
type Browser = ReturnType<typeof browser>;

/** Signs in at the real provider and comes back: the address that the browser is led on to. */
async function throughReal(from: Browser, as: string | undefined, start = '/api/auth/oidc/real'): Promise<string> {
  const provider = createBrowser(realIssuer);
  let next = start.startsWith('http') ? start : await from.redirectOf(start);
  while (next.startsWith(realIssuer) || next.startsWith('/')) {
    const url = new URL(next, realIssuer);
    if (url.pathname.startsWith('/interaction/') && as) url.searchParams.set('as', as);
    next = await provider.redirectOf(url.href);
  }
  return from.redirectOf(next);
}
/** The same at the provider that says what its script has. */
async function throughLiar(from: Browser, start = '/api/auth/oidc/liar'): Promise<string> {
  const back = scripted.authorize(await from.redirectOf(start));
  return from.redirectOf(`/api/auth/oidc/liar/callback?${back}`);
}

describe('signing in with an OpenID provider', () => {
  it('is offered to visitors, who are told names and nothing else of the settings', async () => {
    const config = await (await browser().request('/api/config')).json();
    const told = [
      { id: 'real', name: 'Real' },
      { id: 'liar', name: 'Liar' },
      { id: 'house', name: 'House' },
    ];
    expect(config).toMatchObject({ sign_in: { providers: told } });
  });

  it('makes an account for a verified address, and finds it again', async () => {
    const first = browser();
    expect(await throughReal(first, 'carol', '/api/auth/oidc/real?redirect=/%3Fthread=thr_1')).toBe('/?thread=thr_1');
    expect(await first.user()).toMatchObject({
      email: 'carol@example.org',
      name: 'Carol',
      locale: 'fr',
      role: 'user',
      two_factor: false,
    });
    const second = browser();
    expect(await throughReal(second, 'carol')).toBe('/');
    expect((await second.user())?.id).toBe((await first.user())?.id);
    // No password was made up: a program cannot sign in with one.
    const login = await server.post('/api/v1/auth/login', { email: 'carol@example.org', password: 'carol' });
    expect(login.body.error.code).toBe('credentials_wrong');
  });

  it('asks with PKCE, a state and a nonce, and comes back to its own address', async () => {
    const url = new URL(await browser().redirectOf('/api/auth/oidc/liar'));
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'causerie',
      scope: 'openid email profile',
      redirect_uri: `${server.url}/api/auth/oidc/liar/callback`,
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it('refuses an address that is not verified', async () => {
    const here = browser();
    expect(await throughReal(here, 'dave')).toBe('/login?error=email_unverified');
    expect(await here.user()).toBeNull();
  });

  it('takes an address as verified where the settings trust those of the provider', async () => {
    house.script.claims = { sub: 'staff', email: 'Staff@Example.org', email_verified: undefined };
    const here = browser();
    const back = house.authorize(await here.redirectOf('/api/auth/oidc/house'));
    expect(await here.redirectOf(`/api/auth/oidc/house/callback?${back}`)).toBe('/');
    expect(await here.user()).toMatchObject({ email: 'staff@example.org' });
    // Of another provider, the same is not enough.
    scripted.script.claims = { sub: 'staff', email: 'staff2@example.org', email_verified: undefined };
    expect(await throughLiar(browser())).toBe('/login?error=email_unverified');
  });

  it('takes no letter of another alphabet for one of somebody else’s address', async () => {
    await ann.post('/api/admin/users', { email: 'kim@example.org', name: 'Kim', role: 'user' });
    // Lower case makes a k of the Kelvin sign.
    scripted.script.claims = { sub: 'kelvin', email: '\u212Aim@example.org' };
    const here = browser();
    expect(await throughLiar(here)).toBe('/login?error=email_unverified');
    expect(await here.user()).toBeNull();
  });

  it('takes the name as a person may write it here', async () => {
    scripted.script.claims = { sub: 'named', email: 'named@example.org', name: ' \u202EAnn\u0000\n ' };
    const here = browser();
    expect(await throughLiar(here)).toBe('/');
    expect(await here.user()).toMatchObject({ name: 'Ann' });
  });

  it('makes one account of several windows at once', async () => {
    const windows = Array.from({ length: 6 }, browser);
    const ends = await Promise.all(windows.map((window) => throughReal(window, 'fred')));
    expect(new Set(ends)).toEqual(new Set(['/']));
    const people = await Promise.all(windows.map(async (window) => (await window.user())?.id));
    expect(new Set(people).size).toBe(1);
  });

  it('counts as one of the accounts that an address may create a day', async () => {
    const counting = await startProcess({ RATE_LIMIT_PER_MINUTE: '1000', SIGN_UPS_PER_DAY: '1' });
    const comes = async (sub: string) => {
      scripted.script.claims = { sub, email: `${sub}@example.org` };
      const here = createBrowser(counting.url);
      return throughLiar(here);
    };
    expect(await comes('first-today')).toBe('/');
    expect(await comes('second-today')).toBe('/login?error=rate_limited');
    // A house behind one address comes on one morning: the way back is not counted with the way there.
    for (let person = 0; person < 20; person++) expect(await comes('first-today')).toBe('/');
  });

  it('says that the person said no', async () => {
    expect(await throughReal(browser(), undefined)).toBe('/login?error=sign_in_cancelled');
  });

  it('does not hand an account over whose address nobody vouched for', async () => {
    const here = browser();
    expect(await throughReal(here, 'bobs-subject')).toBe('/login?error=account_exists');
    expect(await here.user()).toBeNull();
  });

  it('connects an account whose address an administrator chose', async () => {
    const made = await ann.post('/api/admin/users', { email: 'erin@example.org', name: 'Erin', role: 'user' });
    const temporary = made.body.temporary_password;
    const before = browser();
    await before.post('/api/auth/sign-in/email', { email: 'erin@example.org', password: temporary });
    expect(await before.user()).toMatchObject({ must_change_password: true });
    const here = browser();
    expect(await throughReal(here, 'erin')).toBe('/');
    expect(await here.user()).toMatchObject({ email: 'erin@example.org', name: 'Erin', must_change_password: false });
    expect((await here.request('/api/account/storage')).status).toBe(200);
    // The temporary password, which she may never have heard of, opens nothing any more; nor does what it opened.
    expect(await before.user()).toBeNull();
    const again = await browser().post('/api/auth/sign-in/email', { email: 'erin@example.org', password: temporary });
    expect(again.body.error.code).toBe('credentials_wrong');
  });

  it('connects an account from within, and disconnects it', async () => {
    const here = browser();
    await here.post('/api/auth/sign-in/email', { email: bob.email, password: bob.password });
    const refused = await here.post('/api/account/providers/real', { password: 'wrong' });
    expect([refused.status, refused.body.error.code]).toEqual([403, 'password_wrong']);
    const { body } = await here.post('/api/account/providers/real', { password: bob.password });
    expect(await throughReal(here, 'bobs-subject', body.url)).toBe('/account');
    const ways = await (await here.request('/api/account/sign-in')).json();
    expect(ways).toEqual({
      password: true,
      authenticator_app: false,
      passkey_after_password: false,
      passkeys: [],
      providers: [
        {
          id: 'real',
          name: 'Real',
          connected: { email: bob.email, created_at: expect.any(String), last_used_at: expect.any(String) },
        },
        { id: 'liar', name: 'Liar', connected: null },
        { id: 'house', name: 'House', connected: null },
      ],
    });
    const elsewhere = browser();
    expect(await throughReal(elsewhere, 'bobs-subject')).toBe('/');
    expect((await elsewhere.user())?.id).toBe(bob.id);

    // Another account cannot take it.
    const other = browser();
    await other.post('/api/auth/sign-in/email', { email: ann.email, password: ann.password });
    const taken = await other.post('/api/account/providers/real', { password: ann.password });
    expect(await throughReal(other, 'bobs-subject', taken.body.url)).toBe('/login?error=already_linked');

    expect((await here.post('/api/account/providers/real', { password: bob.password }, 'DELETE')).status).toBe(204);
    expect(await throughReal(browser(), 'bobs-subject')).toBe('/');
  });

  it('keeps the last way to sign in', async () => {
    const here = browser();
    await throughReal(here, 'carol');
    const answer = await here.post('/api/account/providers/real', {}, 'DELETE');
    expect([answer.status, answer.body.error.code]).toEqual([409, 'last_sign_in_way']);
    expect((await here.post('/api/account/providers/nobody', {}, 'DELETE')).status).toBe(404);

    // Somebody without a password confirms who they are by having signed in a moment ago, and may choose one then.
    clock.advance(11 * 60_000);
    const password = { new_password: 'a password of her own' };
    expect((await here.post('/api/account/password', password)).body.error.code).toBe('sign_in_again');
    await throughReal(here, 'carol');
    expect((await here.post('/api/account/password', password)).status).toBe(204);
    expect((await here.post('/api/account/providers/real', {}, 'DELETE')).body.error.code).toBe('password_wrong');
    const confirmed = { password: password.new_password };
    expect((await here.post('/api/account/providers/real', confirmed, 'DELETE')).status).toBe(204);
    await server.signIn({ email: 'carol@example.org', password: password.new_password });
  });

  it('asks for the second factor of an account that has one', async () => {
    scripted.script.claims = { sub: 'with-code', email: 'code@example.org' };
    const here = browser();
    expect(await throughLiar(here)).toBe('/');
    const { body: enrolment } = await here.post('/api/account/two-factor');
    await here.post('/api/account/two-factor/verify', { code: appCode(enrolment.secret, clock.now()) });
    const again = browser();
    expect(await throughLiar(again, '/api/auth/oidc/liar?redirect=/account')).toBe(
      '/login?second_factor=true&redirect=%2Faccount',
    );
    expect(await again.user()).toBeNull();
    const code = appCode(enrolment.secret, clock.now() + 30_000);
    expect((await again.post('/api/auth/two-factor', { code })).body.user.email).toBe('code@example.org');
    expect(await again.user()).toMatchObject({ two_factor: true });
  });

  it('lets nobody in whose account is disabled', async () => {
    scripted.script.claims = { sub: 'banned', email: 'banned@example.org' };
    const here = browser();
    await throughLiar(here);
    const { id } = (await here.user())!;
    await ann.patch(`/api/admin/users/${id}`, { disabled: true });
    expect(await throughLiar(browser())).toBe('/login?error=account_disabled');
  });
});

describe('what comes back', () => {
  it.each([
    ['another issuer', { iss: 'http://evil.example' }],
    ['another audience', { aud: 'another-client' }],
    ['another nonce', { nonce: 'of-another-sign-in' }],
    ['no nonce', { nonce: undefined }],
    ['an ID token that has expired', { exp: Math.floor(Date.now() / 1000) - 3600 }],
    ['no subject', { sub: undefined }],
    ['a subject that is no id', { sub: 'a\u0000b' }],
    ['a subject without end', { sub: 'x'.repeat(5000) }],
  ])('is refused with %s', async (_name, claims) => {
    scripted.script.claims = claims;
    const here = browser();
    expect(await throughLiar(here)).toBe('/login?error=sign_in_refused');
    expect(await here.user()).toBeNull();
  });

  it('is refused with a signature of another key', async () => {
    scripted.script.foreignKey = true;
    expect(await throughLiar(browser())).toBe('/login?error=sign_in_refused');
  });

  it('is good once, for the browser that began, within ten minutes', async () => {
    const here = browser();
    const back = scripted.authorize(await here.redirectOf('/api/auth/oidc/liar'));
    const address = `/api/auth/oidc/liar/callback?${back}`;
    expect(await browser().redirectOf(address)).toBe('/login?error=sign_in_expired');

    const again = scripted.authorize(await here.redirectOf('/api/auth/oidc/liar'));
    expect(await here.redirectOf(`/api/auth/oidc/liar/callback?${again}`)).toBe('/');
    expect(await here.redirectOf(`/api/auth/oidc/liar/callback?${again}`)).toBe('/login?error=sign_in_expired');

    const late = scripted.authorize(await here.redirectOf('/api/auth/oidc/liar'));
    clock.advance(601_000);
    expect(await here.redirectOf(`/api/auth/oidc/liar/callback?${late}`)).toBe('/login?error=sign_in_expired');
    clock.reset();
    for (const query of ['', 'code=x', 'state=made-up&code=x'])
      expect(await here.redirectOf(`/api/auth/oidc/liar/callback?${query}`)).toBe('/login?error=sign_in_expired');
  });

  it('is refused at the address of another provider', async () => {
    const here = browser();
    const back = scripted.authorize(await here.redirectOf('/api/auth/oidc/liar'));
    expect(await here.redirectOf(`/api/auth/oidc/real/callback?${back}`)).toBe('/login?error=sign_in_expired');
  });

  it('connects nothing to an account whose session ends while the provider answers', async () => {
    const here = browser();
    await here.post('/api/auth/sign-in/email', { email: bob.email, password: bob.password });
    const { body } = await here.post('/api/account/providers/liar', { password: bob.password });
    scripted.script.claims = { sub: 'thief', email: 'thief@example.org' };
    scripted.script.delays['/token'] = 1000;
    const asked = scripted.asked.length;
    const back = here.redirectOf(`/api/auth/oidc/liar/callback?${scripted.authorize(body.url)}`);
    await expect.poll(() => scripted.asked.slice(asked).map(({ path }) => path)).toContain('/token');
    await bob.delete('/api/account/sessions');
    expect(await back).toBe('/login?error=sign_in_expired');
    const { rows } = await server.database.pool.query(`SELECT FROM provider_accounts WHERE subject = 'thief'`);
    expect(rows).toEqual([]);
  });

  it('connects nothing once another person is signed in', async () => {
    const here = browser();
    await here.post('/api/auth/sign-in/email', { email: bob.email, password: bob.password });
    const { body } = await here.post('/api/account/providers/liar', { password: bob.password });
    const back = scripted.authorize(body.url);
    await here.post('/api/auth/sign-out');
    await here.post('/api/auth/sign-in/email', { email: ann.email, password: ann.password });
    expect(await here.redirectOf(`/api/auth/oidc/liar/callback?${back}`)).toBe('/login?error=sign_in_expired');
  });

  it('goes to a path of this site alone', async () => {
    for (const redirect of [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
      '/a\nb',
    ]) {
      const answer = await browser().request(`/api/auth/oidc/liar?redirect=${encodeURIComponent(redirect)}`);
      expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code], redirect).toEqual([
        422,
        'invalid_input',
      ]);
    }
  });
});

describe('a provider', () => {
  it('that is slow, gone or ill is said to be away, and asked again by the next one', async () => {
    // Discovery is kept for an hour; after that it is asked anew.
    clock.advance(3_600_001);
    scripted.script.answers['/.well-known/openid-configuration'] = { status: 503 };
    expect(await browser().redirectOf('/api/auth/oidc/liar')).toBe('/login?error=provider_unavailable');
    scripted.reset();
    scripted.script.answers['/token'] = { status: 502, body: '<html>' };
    expect(await throughLiar(browser())).toBe('/login?error=provider_unavailable');
    scripted.reset();
    expect(await throughLiar(browser())).toBe('/');
  });

  it.each(['timeout', 'cut', 'unreachable'] as const)('that gives no answer (%s) is away', async (kind) => {
    const fetch = () => Promise.reject(new OutboundError(kind, 'no answer'));
    const settings = {
      id: 'away',
      name: 'Away',
      issuer: 'https://away.example',
      scope: 'openid',
      trust_email: false,
      ...client,
    };
    const provider = createProvider(settings, { fetch, now: Date.now });
    const checks = { state: 's', nonce: 'n', verifier: 'v' };
    await expect(provider.addressFor('https://chat.example', checks)).rejects.toThrow(
      expect.objectContaining({ code: 'provider_unavailable' }),
    );
  });

  it('that sends a request elsewhere is not followed', async () => {
    const there = 'http://127.0.0.1:9/token';
    scripted.script.answers['/token'] = { status: 307, headers: { location: there } };
    expect(await throughLiar(browser())).toBe('/login?error=sign_in_refused');
  });

  it('that says it is another is refused', async () => {
    clock.advance(2 * 3_600_002);
    scripted.script.metadata = { issuer: 'https://accounts.example' };
    expect(await browser().redirectOf('/api/auth/oidc/liar')).toBe('/login?error=sign_in_refused');
  });

  it('that the settings do not name is not there', async () => {
    expect(await browser().redirectOf('/api/auth/oidc/nobody')).toBe('/login?error=not_found');
  });

  it('gets no secret of a person into the log', async () => {
    const text = server.logged.join('\n');
    expect(text).toContain('a sign-in with a provider failed');
    for (const secret of ['a-code', 'a secret', 'carol@example.org', 'eve@example.org', 'eyJ'])
      expect(text).not.toContain(secret);
  });
});
