import { describe, expect, it } from 'vitest';
import { chatApi, uploadStrategyOf } from './chat-api.ts';

const seen: RequestInit[] = [];
const client = {
  fetch: async (_input: unknown, init: RequestInit = {}) => {
    seen.push(init);
    return new Response();
  },
  url: (path: string) => `https://second.example${path}`,
  hostedSession: async () => ({ client_secret: 'ek_1' }),
  auth: { accessToken: async ({ fresh = false } = {}) => (fresh ? 'jwt-2' : 'jwt-1') },
};

describe('how the element reaches its server', () => {
  it('is our own route at the server in use, by default', () => {
    expect(chatApi({}, client)).toEqual({
      url: 'https://second.example/api/chatkit',
      domainKey: 'local-dev',
      fetch: expect.any(Function),
    });
  });

  it('tells our own server that answers are resumed, and another server nothing of the kind', async () => {
    for (const [url, said] of [
      [undefined, '1'],
      ['https://other.example/chatkit', null],
    ] as const) {
      const api = chatApi(url === undefined ? {} : { VITE_CHATKIT_API_URL: url }, client);
      if (!('fetch' in api)) throw new Error('hosted');
      await api.fetch('/x', { method: 'POST', headers: { accept: 'text/event-stream' } });
      const headers = new Headers(seen.at(-1)?.headers);
      expect([headers.get('causerie-resume'), headers.get('accept'), seen.at(-1)?.method]).toEqual([
        said,
        'text/event-stream',
        'POST',
      ]);
    }
  });

  it('tells a server that the settings name who is asking, and nobody else', async () => {
    const asked: [string, string | null][] = [];
    const expired = {
      ...client,
      fetch: async (input: unknown, init: RequestInit = {}) => {
        const authorization = new Headers(init.headers).get('authorization');
        asked.push([String(input), authorization]);
        return new Response(null, { status: authorization === 'Bearer jwt-1' ? 401 : 200 });
      },
    };
    const api = chatApi(
      {
        VITE_CHATKIT_API_URL: 'https://other.example/api/chatkit',
        VITE_CHATKIT_UPLOAD_STRATEGY: 'direct',
        VITE_CHATKIT_DIRECT_UPLOAD_URL: 'https://files.example/upload',
      },
      expired,
    );
    if (!('fetch' in api)) throw new Error('hosted');
    for (const url of [
      'https://other.example/api/chatkit',
      'https://files.example/upload',
      'https://other.example/api/chatkit-of-others',
      'https://other.example.evil.example/api/chatkit',
      'https://bucket.example/signed',
    ])
      await api.fetch(url, { method: 'POST' });
    expect(asked).toEqual([
      ['https://other.example/api/chatkit', 'Bearer jwt-1'],
      ['https://other.example/api/chatkit', 'Bearer jwt-2'],
      ['https://files.example/upload', 'Bearer jwt-1'],
      ['https://files.example/upload', 'Bearer jwt-2'],
      ['https://other.example/api/chatkit-of-others', null],
      ['https://other.example.evil.example/api/chatkit', null],
      ['https://bucket.example/signed', null],
    ]);
  });

  it('follows the configuration', () => {
    const config = { VITE_CHATKIT_API_URL: '/elsewhere', VITE_CHATKIT_DOMAIN_KEY: 'domain_pk_1' };
    expect(chatApi(config, client)).toMatchObject({ url: '/elsewhere', domainKey: 'domain_pk_1' });
    expect(chatApi({ ...config, VITE_CHATKIT_SKIP_DOMAIN_VERIFICATION: 'true' }, client)).toMatchObject({
      domainKey: 'local-dev',
    });
  });

  it('is the hosted one when forced, by a client secret', async () => {
    for (const yes of ['true', '1', 'TRUE', 'yes']) {
      const api = chatApi({ VITE_CHATKIT_FORCE_HOSTED: yes, VITE_CHATKIT_API_URL: '/api/chatkit' }, client);
      if (!('getClientSecret' in api)) throw new Error('not hosted');
      expect(await api.getClientSecret?.()).toBe('ek_1');
      expect(api).toMatchObject({ url: expect.stringMatching(/\/api\/chatkit\/proxy\/conversation$/) });
    }
    expect(chatApi({ VITE_CHATKIT_FORCE_HOSTED: 'false' }, client)).toHaveProperty('url');
  });

  it('uploads only by a complete strategy', () => {
    expect(uploadStrategyOf({ VITE_CHATKIT_UPLOAD_STRATEGY: 'two_phase' })).toEqual({ type: 'two_phase' });
    expect(uploadStrategyOf({ VITE_CHATKIT_UPLOAD_STRATEGY: 'Two-Phase' })).toEqual({ type: 'two_phase' });
    expect(
      uploadStrategyOf({ VITE_CHATKIT_UPLOAD_STRATEGY: 'direct', VITE_CHATKIT_DIRECT_UPLOAD_URL: '/api/files' }),
    ).toEqual({ type: 'direct', uploadUrl: '/api/files' });
    expect(uploadStrategyOf({ VITE_CHATKIT_UPLOAD_STRATEGY: 'direct' })).toBeUndefined();
    expect(uploadStrategyOf({ VITE_CHATKIT_UPLOAD_STRATEGY: 'none' })).toBeUndefined();
    expect(
      uploadStrategyOf({ VITE_CHATKIT_UPLOAD_STRATEGY: 'two_phase', VITE_CHATKIT_FORCE_HOSTED: 'true' }),
    ).toBeUndefined();
    expect(uploadStrategyOf({})).toBeUndefined();
  });
});
