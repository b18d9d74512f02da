import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Caller, errorCodes, refusalsOf } from '@causerie/api';
import { ApiError, createClient, memoryTokens } from '@causerie/client';
import { afterAll, describe, expect, it } from 'vitest';
import { startScriptedProvider } from '../apps/server/src/features/accounts/signing-in/oidc/testing/scripted-provider.ts';
import { createAuthenticator } from '../apps/server/src/features/accounts/signing-in/passkeys/testing/authenticator.ts';
import { appCode } from '../apps/server/src/features/accounts/signing-in/second-factor/testing.ts';
import { png } from '../apps/server/src/features/attachments/testing/samples.ts';
import { world } from '../apps/server/testing/world.ts';
import { startOpenMeteoServer } from '../tools/open-meteo-server/server.ts';
import { checkedFetch, keyOf, routes } from './checked-fetch.ts';

// The client against a whole server: every route of the contract is called, and every answer is as the contract says.

/** Hosted ChatKit, played over HTTP. */
const openai = createServer((request, response) => {
  request.resume();
  response.setHeader('content-type', 'application/json');
  if (request.url?.endsWith('/sessions')) response.end('{"client_secret":"ek_1","expires_at":1999999999}');
  else response.end('{"data":[]}');
});
openai.listen(0, '127.0.0.1');
await once(openai, 'listening');
const openMeteo = await startOpenMeteoServer();
const provider = await startScriptedProvider();
afterAll(async () => {
  openai.closeAllConnections();
  openai.close();
  await openMeteo.close();
  await provider.close();
});

const { server, model, clock } = await world({
  people: [],
  env: {
    CHATKIT_WORKFLOW_ID: 'wf_1',
    CHATKIT_HOSTED_URL: `http://127.0.0.1:${(openai.address() as AddressInfo).port}`,
    OIDC_PROVIDERS: JSON.stringify([
      { id: 'elsewhere', name: 'Elsewhere', issuer: provider.issuer, client_id: 'causerie', client_secret: 'secret' },
    ]),
    OPEN_METEO_URL: openMeteo.url,
    OPEN_METEO_GEOCODING_URL: openMeteo.url,
    // Only then pages are given tokens.
    VITE_CHATKIT_API_URL: 'https://elsewhere.example/chatkit',
  },
});

const called = new Set<string>();
const faults: string[] = [];
const baseUrl = server.url;
const program = (tokens = memoryTokens()) =>
  createClient({ baseUrl, mode: 'bearer', tokens, fetch: checkedFetch(called, faults) });
const browser = () => createClient({ baseUrl, fetch: checkedFetch(called, faults) });

const password = 'an engine that weaves';
const tokens = memoryTokens();
const admin = program(tokens);
const page = browser();

/** The code of a refusal. */
const refusal = (asking: Promise<unknown>): Promise<string> =>
  asking.then(
    () => 'none',
    (error: unknown) => {
      if (error instanceof ApiError) return error.code;
      throw error;
    },
  );
const json = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const codeNow = (secret: string) => {
  // The code after the one that was used last.
  clock.advance(30_000);
  return appCode(secret, clock.now());
};

describe('the client calls the routes of', () => {
  it('public information', async () => {
    expect(await page.call('GET /health')).toEqual({ status: 'ok' });
    expect((await page.call('GET /ready')).status).toBe('ok');
    expect(await page.config('fr')).toMatchObject({ language: 'fr', first_account: true });
    expect(await page.runtimeConfig()).toMatchObject({ VITE_CHATKIT_API_URL: 'https://elsewhere.example/chatkit' });
    expect((await page.weather({ city: 'Paris', country: 'FR' })).country_code).toBe('FR');
    expect(await refusal(page.weather({ city: 'Nowhere at all' }))).toBe('city_unknown');
    expect(await page.auth.me()).toBeUndefined();
  });

  it('sign-in by programs', async () => {
    await admin.auth.signUp({ name: 'Ada', email: 'ada@example.com', password });
    const held = tokens.get()!;
    tokens.set({ ...held, access_token: 'of no use any more' });
    expect(await admin.auth.me()).toMatchObject({ name: 'Ada', role: 'admin' });
    expect(tokens.get()!.refresh_token).not.toBe(held.refresh_token);
    const again = program();
    expect(await refusal(again.auth.signIn({ email: 'ada@example.com', password: 'another' }))).toBe(
      'credentials_wrong',
    );
    expect(await again.auth.signIn({ email: 'ada@example.com', password })).toEqual({ state: 'signed-in' });
    await again.auth.signOut();
    expect(await again.auth.me()).toBeUndefined();
  });

  it('sign-in by browsers, with a second factor', async () => {
    await page.auth.signUp({ name: 'Grace', email: 'grace@example.com', password });
    expect(await page.auth.me()).toMatchObject({ name: 'Grace', role: 'user' });
    expect(await page.auth.accessToken()).toMatch(/^ey/);
    const { secret, recovery_codes } = await page.account.startTwoFactor(password);
    expect(await refusal(page.account.confirmTwoFactor('000000'))).toBe('code_wrong');
    await page.account.confirmTwoFactor(codeNow(secret));
    await page.auth.signOut();
    expect(await page.auth.signIn({ email: 'grace@example.com', password })).toEqual({ state: 'two-factor' });
    await page.auth.verifyTwoFactor(recovery_codes[0]!, 'recovery');
    const elsewhere = program();
    expect(await elsewhere.auth.signIn({ email: 'grace@example.com', password })).toEqual({ state: 'two-factor' });
    await elsewhere.auth.verifyTwoFactor(codeNow(secret));
    await page.account.stopTwoFactor(password);
    // The address that other clients know signing in by.
    const { user } = await page.call('POST /api/auth/login', { body: { email: 'grace@example.com', password } });
    expect(user?.two_factor).toBe(false);
  });

  it('the account', async () => {
    expect(await page.account.update({ name: 'Grace H.', locale: 'fr' })).toMatchObject({ locale: 'fr' });
    expect(await page.account.storage()).toMatchObject({ files: 0, bytes: 0 });
    const others = (await page.account.sessions()).filter((session) => !session.current);
    await page.account.endSession(others[0]!.id);
    expect(await refusal(page.account.endSession(others[0]!.id))).toBe('not_found');
    await page.account.endOtherSessions();
    expect(await page.account.sessions()).toMatchObject([{ kind: 'browser', current: true }]);
    expect(await refusal(page.account.changePassword('not this one', password))).toBe('password_wrong');
    await page.account.changePassword(password, `${password} on`);
    await page.account.changePassword(`${password} on`, password);
  });

  it('ways to sign in', async () => {
    // Passkeys need a host name; an IP address is none.
    const origin = baseUrl.replace('127.0.0.1', 'localhost');
    const here = createClient({ baseUrl: origin, fetch: checkedFetch(called, faults) });
    await here.auth.signUp({ name: 'Hedy', email: 'hedy@example.com', password });
    const key = createAuthenticator();
    const asked = await here.call('POST /api/account/passkeys/options', { body: { password } });
    const response = key.create(asked as never, origin);
    const { id } = await here.call('POST /api/account/passkeys', { body: { name: 'Laptop', response } as never });
    await here.call('PATCH /api/account/passkeys/:id', { params: { id }, body: { name: 'Old laptop' } });
    await here.call('PUT /api/account/two-factor/passkey', { body: { enabled: true, password } });
    await here.auth.signOut();
    const show = async (options: 'POST /api/auth/passkey/options' | 'POST /api/auth/two-factor/passkey/options') => ({
      body: { response: key.get((await here.call(options)) as never, origin) } as never,
    });
    await here.call('POST /api/auth/passkey', await show('POST /api/auth/passkey/options'));
    await here.auth.signOut();
    expect(await here.auth.signIn({ email: 'hedy@example.com', password })).toEqual({ state: 'two-factor' });
    expect(await here.call('GET /api/auth/two-factor')).toEqual({ authenticator_app: false, passkey: true });
    await here.call('POST /api/auth/two-factor/passkey', await show('POST /api/auth/two-factor/passkey/options'));

    const { url } = await here.call('POST /api/account/providers/:provider', {
      params: { provider: 'elsewhere' },
      body: { password },
    });
    const back = here.url(`/api/auth/oidc/elsewhere/callback?${provider.authorize(url)}`);
    const connected = await here.fetch(back, { redirect: 'manual' });
    expect([connected.status, connected.headers.get('location')]).toEqual([302, '/account']);
    const begun = await browser().fetch(here.url('/api/auth/oidc/elsewhere'), { redirect: 'manual' });
    expect(begun.headers.get('location')).toMatch(`${provider.issuer}/authorize?`);
    expect(await here.call('GET /api/account/sign-in')).toMatchObject({
      password: true,
      passkey_after_password: true,
      passkeys: [{ name: 'Old laptop' }],
      providers: [{ id: 'elsewhere', connected: { email: 'eve@example.org' } }],
    });
    await here.call('DELETE /api/account/providers/:provider', {
      params: { provider: 'elsewhere' },
      body: { password },
    });
    await here.call('DELETE /api/account/passkeys/:id', { params: { id }, body: { password } });

    const made = await here.call('POST /api/account/keys', {
      body: { name: 'A script', scopes: ['chat'], password },
    });
    expect((await here.call('GET /api/account/keys')).data).toMatchObject([{ name: 'A script', hint: made.hint }]);
    await here.call('DELETE /api/account/keys/:id', { params: { id: made.id } });
  });

  it('administration', async () => {
    const { user, temporary_password } = await admin.admin.createUser({ email: 'tim@example.com', name: 'Tim' });
    expect(await refusal(admin.admin.createUser({ email: 'tim@example.com', name: 'Tim' }))).toBe('email_taken');
    const tim = program();
    await tim.auth.signIn({ email: 'tim@example.com', password: temporary_password });
    expect(await refusal(tim.account.storage())).toBe('password_change_required');
    expect(await admin.admin.users({ search: 'tim', limit: 1 })).toMatchObject({ data: [{ id: user.id }] });
    expect(await admin.admin.user(user.id)).toMatchObject({ must_change_password: true });
    expect(await refusal(admin.admin.user('usr_none'))).toBe('not_found');
    expect(await admin.admin.updateUser(user.id, { role: 'admin' })).toMatchObject({ role: 'admin' });
    const [session] = await admin.admin.userSessions(user.id);
    await admin.admin.endUserSession(user.id, session!.id);
    const reset = await admin.admin.resetPassword(user.id, 'link');
    if (reset.mode !== 'link') throw new Error('a link was asked for');
    const link = new URL(reset.url).searchParams.get('reset')!;
    expect(await page.auth.linkOwner('reset', link)).toEqual({ email: 'tim@example.com' });
    await page.auth.resetPassword(link, password);
    expect(await refusal(page.auth.resetPassword(link, password))).toBe('link_used');
    expect((await admin.admin.resetPassword(user.id, 'temporary')).mode).toBe('temporary');
    await admin.admin.signOutUser(user.id);
    const { invitation } = await admin.admin.invite({ email: 'new@example.com', role: 'user' });
    expect(await admin.admin.invitations()).toMatchObject([{ id: invitation.id }]);
    await admin.admin.revokeInvitation(invitation.id);
    const { id: ada } = (await admin.auth.me())!;
    await admin.admin.removeUser(user.id, { threads: 'transfer', transfer_to: ada });
    expect(await refusal(admin.admin.updateUser(ada, { role: 'user' }))).toBe('last_admin');
    expect(await admin.admin.audit({ action: 'user.deleted' })).toMatchObject({ data: [{ target: { name: 'Tim' } }] });
  });

  it('the chat', async () => {
    const protocol = (type: string, params: object) => page.fetch(page.url('/api/chatkit'), json({ type, params }));
    model.script({ text: 'The harbour opens at nine.' });
    const content = [{ type: 'input_text', text: 'When does the harbour open?' }];
    const input = { content, attachments: [], inference_options: {} };
    const stream = await (await protocol('threads.create', { input })).text();
    const thread = /"id":"(thr_\w+)"/.exec(stream)![1]!;
    const found = await page.call('GET /api/chatkit/threads', { query: { query: 'harbour', limit: 5 } });
    expect(found).toMatchObject({ data: [{ id: thread, match: { text: expect.stringContaining('harbour') } }] });
    const told = await page.fetch(page.url(`/api/chatkit/threads/${thread}/stream?after=0&until=idle`));
    expect(await told.text()).toContain('at nine');
    await page.call('POST /api/chatkit/threads/:id/stop', { params: { id: thread } });
    expect(await refusal(page.call('POST /api/chatkit/threads/:id/stop', { params: { id: 'thr_none' } }))).toBe(
      'not_found',
    );
    const session = await page.call('POST /api/create-session', { body: { workflow: { id: 'wf_support' } } });
    expect(session.token).toBe(session.client_secret);

    const image = await png(8, 8);
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(image)], { type: 'image/png' }), 'dot.png');
    const uploaded = await page.fetch(page.url('/api/attachments'), { method: 'POST', body: form });
    const { id } = (await uploaded.json()) as { id: string };
    const { url } = await page.call('GET /api/chatkit/attachments/:id', { params: { id } });
    expect(Buffer.from(await (await browser().fetch(url)).arrayBuffer())).toEqual(image);
    expect((await page.fetch(page.url(`/api/attachments/${id}/preview`))).status).toBe(200);
    const size = image.length;
    const announced = await protocol('attachments.create', { name: 'dot.png', size, mime_type: 'image/png' });
    const { upload_descriptor } = (await announced.json()) as { upload_descriptor: { url: string } };
    const put = { method: 'PUT', headers: { 'content-type': 'image/png' }, body: new Uint8Array(image) };
    expect((await page.fetch(upload_descriptor.url, put)).status).toBe(204);
  });

  it('hosted ChatKit', async () => {
    expect(await page.hostedSession()).toEqual({ client_secret: 'ek_1', expires_at: 1_999_999_999 });
    const headers = { ...json({}).headers, authorization: 'Bearer ek_1' };
    const relayed = await page.fetch(page.url('/api/chatkit/proxy/conversation'), { ...json({}), headers });
    expect(relayed.status).toBe(200);
  });

  it('the end of an account', async () => {
    const data = JSON.parse(await (await page.account.exportData()).text());
    expect(data).toMatchObject({ account: { email: 'grace@example.com' }, threads: [{ kind: 'assistant' }] });
    expect(data.attachments).toHaveLength(2);
    expect(await refusal(admin.account.remove(password))).toBe('last_admin');
    await page.account.remove(password);
    expect(await page.auth.me()).toBeUndefined();
  });

  it('the whole contract, and each answer matches it', () => {
    expect(faults).toEqual([]);
    expect([...called].sort()).toEqual(routes.map(keyOf).sort());
  });
});

describe('the server', () => {
  it('has every route of the contract', () => {
    const missing = routes.filter(({ method, path }) => !server.app.http.hasRoute({ method, url: path }));
    expect(missing.map(keyOf)).toEqual([]);
  });

  it('describes every route, its answers and its refusals, in the OpenAPI document', async () => {
    type Operation = { summary: string; responses: Record<string, { description: string; content?: object }> };
    const document = (await (await fetch(`${baseUrl}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, Operation>>;
    };
    for (const route of routes) {
      const path = route.path.replace(/:(\w+)/g, '{$1}').replace('*', '{*}');
      const { summary, responses } = document.paths[path]![route.method.toLowerCase()]!;
      const statuses = [...Object.keys(route.answers), ...refusalsOf(route).map((code) => errorCodes[code].status)];
      expect(summary, keyOf(route)).toBe(route.summary);
      expect(Object.keys(responses).sort(), keyOf(route)).toEqual([...new Set(statuses.map(String))].sort());
      for (const [status, answer] of Object.entries(route.answers))
        expect(responses[status]!.content !== undefined, `${keyOf(route)}: ${status}`).toBe(answer !== null);
      for (const code of refusalsOf(route))
        expect(responses[errorCodes[code].status]!.description).toContain(`\`${code}\``);
    }
    const described = Object.values(document.paths).flatMap((operations) => Object.keys(operations));
    expect(described).toHaveLength(routes.length);
  });
});

describe('who may call', () => {
  /** Valid bodies, for routes that validate the body before they check the caller. */
  const none = { challenge: 'x', rp: { id: 'localhost' } };
  const bodies: Record<string, unknown> = {
    'DELETE /api/account': { password },
    'POST /api/account/password': { current_password: password, new_password: password },
    'POST /api/account/two-factor': { password },
    'POST /api/account/two-factor/verify': { code: '123456' },
    'DELETE /api/account/two-factor': { password },
    'POST /api/account/keys': { name: 'Key', scopes: ['chat'] },
    'PUT /api/account/two-factor/passkey': { enabled: true },
    'PATCH /api/account/passkeys/:id': { name: 'Key' },
    'POST /api/account/passkeys': { name: 'Key', response: createAuthenticator().create(none, 'https://x') },
    'POST /api/create-session': { workflow: { id: 'wf_1' } },
  };
  /** The refusals of each route for `callers`, when it is called with these headers. */
  async function refusalsFor(callers: Caller[], headers: Record<string, string>): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const route of routes.filter(({ caller }) => callers.includes(caller))) {
      const { method, path, body } = route;
      const url = baseUrl + path.replace(/:\w+/g, 'none').replace('*', 'conversation');
      const init = body ? { ...json(bodies[keyOf(route)] ?? {}), method } : { method };
      const answer = await fetch(url, { ...init, headers: { ...(body && json({}).headers), ...headers } });
      const code = /"code":"(\w+)"/.exec(await answer.text())?.[1];
      found[keyOf(route)] = code ?? String(answer.status);
    }
    return found;
  }
  const only = (found: Record<string, string>, ...codes: string[]) =>
    Object.entries(found).filter(([, code]) => !codes.includes(code));
  const signedIn: Caller[] = ['signed-in', 'person', 'browser', 'administrator', 'session', 'session-or-ticket'];

  it('excludes visitors, where a route needs a signed-in person', async () => {
    const found = await refusalsFor(signedIn, {});
    expect(only(found, 'unauthorized')).toEqual([]);
    expect(Object.keys(found).length).toBeGreaterThan(30);
    expect(only(await refusalsFor(['ticket'], {}), 'forbidden')).toEqual([]);
  });

  it('excludes other people from the routes of administrators', async () => {
    const grace = await server.signUp('eve');
    const found = await refusalsFor(['administrator'], { authorization: `Bearer ${grace.token}` });
    expect(only(found, 'forbidden')).toEqual([]);
  });

  it('excludes people with a temporary password, except where the contract allows it', async () => {
    const { temporary_password } = await admin.admin.createUser({ email: 'zoe@example.com', name: 'Zoe' });
    const zoe = await server.signIn({ email: 'zoe@example.com', password: temporary_password });
    const headers = { authorization: `Bearer ${zoe.token}` };
    const closed = await refusalsFor(['person', 'administrator', 'session', 'session-or-ticket'], headers);
    expect(only(closed, 'password_change_required')).toEqual([]);
    expect(await refusalsFor(['signed-in'], headers)).toMatchObject({ 'GET /api/v1/auth/me': '200' });
  });
});
