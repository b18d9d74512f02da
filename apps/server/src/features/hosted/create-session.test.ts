import { describe, expect, it } from 'vitest';
import { hostedWorld, json, key, type Refusal, type Step } from './testing.ts';

const secret = 'ek_68a1_secret';
const { ann, server, startProcess, openai } = await hostedWorld();

describe('POST /api/chatkit/session', () => {
  const ask = async (headers: Record<string, string> = { authorization: `Bearer ${ann.token}` }, at = server.url) => {
    const response = await fetch(`${at}/api/chatkit/session`, { method: 'POST', headers });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Refusal };
  };

  it('asks OpenAI for a secret in the name of the person signed in, and passes it on', async () => {
    openai.script = [
      json(200, { id: 'cksess_1', object: 'chatkit.session', client_secret: secret, expires_at: 1_800_000_000 }),
    ];
    const answer = await ask({ authorization: `Bearer ${ann.token}`, cookie: 'private=1', 'x-other': '1' });
    expect([answer.status, answer.body]).toEqual([200, { client_secret: secret, expires_at: 1_800_000_000 }]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(openai.seen).toHaveLength(1);
    const { method, url, headers, body } = openai.seen[0]!;
    expect([method, url]).toEqual(['POST', '/v1/chatkit/sessions']);
    expect(headers).toMatchObject({
      authorization: `Bearer ${key}`,
      'openai-beta': 'chatkit_beta=v1',
      'content-type': 'application/json',
    });
    expect(headers.cookie ?? headers['x-other']).toBeUndefined();
    expect(JSON.parse(body)).toEqual({
      workflow: { id: 'wf_1' },
      user: ann.id,
      chatkit_configuration: { file_upload: { enabled: true, max_file_size: 10, max_files: 4 } },
    });
  });

  it('refuses who is not signed in', async () => {
    expect((await ask({})).status).toBe(401);
    expect(openai.seen).toEqual([]);
  });

  it.each([
    [{ CHATKIT_WORKFLOW_ID: '' }, 'CHATKIT_WORKFLOW_ID'],
    [{ OPENAI_API_KEY: '' }, 'OPENAI_API_KEY'],
  ])('tells what is not configured: %j', async (env, name) => {
    const other = await startProcess(env);
    try {
      const answer = await ask({ authorization: `Bearer ${ann.token}` }, other.url);
      expect(answer.status).toBe(503);
      expect(answer.body.error).toMatchObject({
        code: 'not_configured',
        message: `Hosted ChatKit is not set up: ${name} is not set.`,
      });
    } finally {
      await other.close();
    }
    expect(openai.seen).toEqual([]);
  });

  it('tells what OpenAI refuses without repeating its words', async () => {
    const refused = { error: { message: `Incorrect API key provided: ${key}`, code: 'invalid_api_key' } };
    const cases: [Step, string, string | null][] = [
      [json(401, refused), 'OPENAI_API_KEY', null],
      [json(404, { error: { code: 'workflow_not_found' } }), 'CHATKIT_WORKFLOW_ID', null],
      [json(429, refused, { 'retry-after': '7' }), 'Try again shortly', '7'],
      [json(500, refused), 'Try again shortly', '5'],
      [json(200, { client_secret: 7 }), 'no usable answer', null],
      [(_request, response) => response.end('<html>'), 'no usable answer', null],
      [(request) => request.socket.destroy(), 'no usable answer', null],
      [json(302, {}, { location: `${openai.url}/elsewhere` }), 'no usable answer', null],
    ];
    for (const [step, words, retryAfter] of cases) {
      openai.script = [step];
      const answer = await ask();
      expect([answer.status, answer.body.error.code]).toEqual([502, 'bad_gateway']);
      expect(answer.body.error.message).toContain(words);
      expect(answer.headers.get('retry-after')).toBe(retryAfter);
      expect(JSON.stringify(answer.body)).not.toContain(key);
    }
    // Nothing followed the redirect with the key.
    expect(openai.seen.map(({ url }) => url)).toEqual(cases.map(() => '/v1/chatkit/sessions'));
    const log = server.logged.join('\n');
    expect(log).toContain('invalid_api_key');
    expect(log).not.toContain(key);
  });
});
