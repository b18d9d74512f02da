import { once } from 'node:events';
import http, { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, it, vi } from 'vitest';
import { world } from '../../../testing/world.ts';

type Heard = { path: string; authorization: string | undefined; form: FormData };
const answers: { status: number; body: string }[] = [];
const heard: Heard[] = [];

/** A provider on the real wire: what it is sent is read as any multipart server would. */
const provider = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const form = await new Response(Buffer.concat(chunks), {
    headers: { 'content-type': request.headers['content-type']! },
  }).formData();
  heard.push({ path: request.url!, authorization: request.headers.authorization, form });
  const { status, body } = answers.shift() ?? { status: 500, body: 'Not in the script.' };
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}).listen(0, '127.0.0.1');
provider.keepAliveTimeout = 60_000;
await once(provider, 'listening');
afterAll(() => {
  provider.closeAllConnections();
  provider.close();
});
const { ann, server, startProcess } = await world({
  answers: 'agents',
  env: {
    OPENAI_BASE_URL: `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`,
    OPENAI_API_KEY: 'secret',
  },
  people: ['ann'],
});
const { app } = server;
const { authorization } = ann.headers;
const without = await startProcess({ OPENAI_BASE_URL: undefined, OPENAI_API_KEY: undefined });
const deaf = without.app;

const dictate = async (
  audio: Buffer,
  mime = 'audio/webm;codecs=opus',
  to = app,
  headers: object = { authorization },
) => {
  const answer = await to.http.inject({
    method: 'POST',
    url: '/api/chatkit',
    headers: { ...headers },
    payload: { type: 'input.transcribe', params: { audio_base64: audio.toString('base64'), mime_type: mime } },
  });
  return { status: answer.statusCode, body: answer.json() };
};
const refusal = ({ status, body }: Awaited<ReturnType<typeof dictate>>) =>
  `${status} ${body.error.code}: ${body.error.message}`;

it('speech goes to the provider as a file, and comes back as text', async () => {
  answers.push({ status: 200, body: '{"text":" Bonjour à tous. "}' });
  const speech = Buffer.from('opus');
  expect(await dictate(speech)).toEqual({ status: 200, body: { text: 'Bonjour à tous.' } });
  const { path, authorization: key, form } = heard.at(-1)!;
  expect([path, key]).toEqual(['/v1/audio/transcriptions', 'Bearer secret']);
  expect([form.get('model'), form.get('response_format')]).toEqual(['gpt-4o-mini-transcribe', 'json']);
  const file = form.get('file') as File;
  expect([file.name, file.type, await file.text()]).toEqual(['speech.webm', 'audio/webm', 'opus']);
});

it('a recording may be larger than any other request, up to ten megabytes', async () => {
  answers.push({ status: 200, body: '{"text":"long"}' });
  expect(await dictate(Buffer.alloc(10 * 1024 * 1024))).toEqual({ status: 200, body: { text: 'long' } });
  expect(refusal(await dictate(Buffer.alloc(10 * 1024 * 1024 + 1)))).toBe(
    '413 payload_too_large: A recording may have at most 10485760 bytes.',
  );
  expect((await dictate(Buffer.alloc(12 * 1024 * 1024))).status).toBe(413);
  // Nobody who is not signed in makes the server read so much.
  expect((await dictate(Buffer.alloc(2_000_000), 'audio/webm', app, {})).status).toBe(401);
  const other = await app.http.inject({
    method: 'POST',
    url: '/api/chatkit',
    headers: { authorization },
    payload: { type: 'threads.list', params: {}, metadata: { padding: 'x'.repeat(1_100_000) } },
  });
  expect([other.statusCode, other.json().error.code]).toEqual([413, 'payload_too_large']);
});

it('a large body is never parsed on the event loop, and is refused unless it is little but a recording', async () => {
  const parse = vi.spyOn(JSON, 'parse');
  const ask = async (payload: string) => {
    const answer = await app.http.inject({
      method: 'POST',
      url: '/api/chatkit',
      headers: { authorization, 'content-type': 'application/json' },
      payload,
    });
    return `${answer.statusCode} ${answer.json().error?.code ?? answer.json().text}`;
  };
  const padding = 'A'.repeat(2_000_000);
  const request = (params: object, type = 'input.transcribe') => JSON.stringify({ type, params });
  answers.push({ status: 200, body: '{"text":"heard"}' });
  expect(await ask(request({ audio_base64: padding, mime_type: 'audio/webm' }))).toBe('200 heard');
  expect(((await heard.at(-1)!.form.get('file')) as File).size).toBe(1_500_000);
  for (const [payload, answer] of [
    [request({ padding }, 'threads.list'), '413 payload_too_large'],
    [`[${'{},'.repeat(4_000_000)}{}]`, '400 bad_request'],
    [
      `{"type":"input.transcribe","params":{${Array.from({ length: 900_000 }, (_, i) => `"${i}":1`).join()}}}`,
      '400 bad_request',
    ],
    ['['.repeat(13_000_000), '400 bad_request'],
    [`"${padding}`, '400 bad_request'],
    [request({ audio_base64: `${padding}ä`, mime_type: 'audio/webm' }), '400 bad_request'],
    [request({ audio_base64: 'AAAA', mime_type: padding }), '400 bad_request'],
    [request({ audio_base64: { padding }, mime_type: 'audio/webm' }), '400 bad_request'],
  ] as const)
    expect(await ask(payload), payload.slice(0, 80)).toBe(answer);
  expect(parse.mock.calls.filter(([text]) => String(text).length > 1_048_576)).toEqual([]);
  parse.mockRestore();
});

it('where nobody listens, a large body is refused before it is read', async () => {
  const { hostname, port } = new URL(without.url);
  const headers = { authorization, 'content-type': 'application/json', 'content-length': '14000000' };
  const request = http.request({ hostname, port, method: 'POST', path: '/api/chatkit', headers, agent: false });
  request.on('error', () => {});
  // Nothing of the body is sent: whoever waits for it waits for ever.
  request.flushHeaders();
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  expect(response.statusCode).toBe(413);
  request.destroy();
});

it('a body that does not say how long it is stays within what is usual', async () => {
  const address = server.url;
  const ask = (body: string) =>
    fetch(`${address}/api/chatkit`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: new Blob([body]).stream(),
      duplex: 'half',
    } as RequestInit);
  expect((await ask(JSON.stringify({ type: 'threads.list', params: {} }))).status).toBe(200);
  expect((await ask(JSON.stringify({ type: 'threads.list', params: {}, x: 'x'.repeat(1_100_000) }))).status).toBe(413);
});

it('what cannot be transcribed', async () => {
  expect(refusal(await dictate(Buffer.from('x'), 'video/mp2t'))).toBe(
    '415 unsupported_media_type: This kind of recording cannot be understood.',
  );
  expect(refusal(await dictate(Buffer.alloc(0)))).toBe('400 bad_request: The recording is empty.');
  const provided: [number, string, string][] = [
    [400, '{"error":{"message":"bad audio"}}', '400 bad_request: The recording could not be understood.'],
    [401, '{"error":{"message":"key sk-secret"}}', '502 bad_gateway: The service for dictation gave no usable answer.'],
    [500, '<html>', '502 bad_gateway: The service for dictation gave no usable answer.'],
    [200, '{"words":1}', '502 bad_gateway: The service for dictation gave no usable answer.'],
  ];
  for (const [status, body, sentence] of provided) {
    answers.push({ status, body });
    expect(refusal(await dictate(Buffer.from('x')))).toBe(sentence);
  }
});

it('a provider that cannot hear is found out once, and asked again later', async () => {
  const told = async () => (await app.http.inject('/api/config')).json().dictation;
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    for (const status of [404, 405, 501]) {
      expect(await told()).toBe(true);
      answers.push({ status, body: '404 page not found' });
      const asked = heard.length;
      for (let time = 0; time < 2; time++)
        expect(refusal(await dictate(Buffer.from('x')))).toBe(
          '503 not_configured: The model provider of this server has no dictation.',
        );
      expect([heard.length - asked, await told()]).toEqual([1, false]);
      vi.setSystemTime(Date.now() + 10 * 60_000 - 1);
      expect(await told()).toBe(false);
      vi.setSystemTime(Date.now() + 1);
    }
    answers.push({ status: 200, body: '{"text":"again"}' });
    expect([await dictate(Buffer.from('x')), await told()]).toEqual([{ status: 200, body: { text: 'again' } }, true]);
  } finally {
    vi.useRealTimers();
  }
});

it('without a provider the answer says what is missing', async () => {
  expect(refusal(await dictate(Buffer.from('x'), 'audio/webm', deaf))).toBe(
    '503 not_configured: Dictation needs a model provider that can hear: set OPENAI_API_KEY.',
  );
});
