import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { type ModelServer, startModelServer } from '../../../../../tools/model-server/server.ts';
import { type OpenMeteoServer, startOpenMeteoServer } from '../../../../../tools/open-meteo-server/server.ts';
import { type App, createApp } from '../../app.ts';
import { loadConfig } from '../../config.ts';
import { type TestDatabase, testDatabase } from '../database/testing.ts';
import { createLog } from '../telemetry/log.ts';
import { createOutbound } from './index.ts';

// A company network: only its proxy knows the names of what is outside, and reaches it.

const directory = mkdtempSync(join(tmpdir(), 'causerie-outbound-'));
const seen: string[] = [];
/** The same of traces, which come when they come. */
const traced: string[] = [];
let proxy: Server;
let secure: Server;
let models: ModelServer;
let meteo: OpenMeteoServer;
let database: TestDatabase;
let app: App;
let authorization: string;
let proxyUrl: string;

const portOf = (server: Server) => (server.address() as AddressInfo).port;
const listening = async <T extends Server>(server: T): Promise<T> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

beforeAll(async () => {
  models = await startModelServer({ always: { text: 'Through the proxy.' } });
  meteo = await startOpenMeteoServer();
  const ports: Record<string, string> = {
    'models.corp.invalid': new URL(models.url).port,
    'weather.corp.invalid': new URL(meteo.url).port,
  };

  const at = (name: string) => join(directory, name);
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
      .concat(['-subj', '/CN=openai.corp.invalid', '-addext', 'subjectAltName=DNS:openai.corp.invalid'])
      .concat(['-keyout', at('key.pem'), '-out', at('cert.pem')]),
    { stdio: 'ignore' },
  );
  const cert = readFileSync(at('cert.pem'), 'utf8');
  setDefaultCACertificates([...getCACertificates('default'), cert]);
  secure = await listening(
    createSecureServer({ key: readFileSync(at('key.pem')), cert }, (_incoming, response) =>
      response.end(JSON.stringify({ client_secret: 'ek_1' })),
    ),
  );

  const plain = createServer((incoming, response) => {
    const { hostname, pathname, search } = new URL(incoming.url!);
    (pathname === '/v1/traces' ? traced : seen).push(`${incoming.method} ${incoming.url}`);
    if (pathname === '/v1/traces') return void response.end('{}');
    if (pathname.endsWith('/audio/transcriptions')) return void response.end('{"text":"Bonjour"}');
    const { method, headers } = incoming;
    const onward = request(
      { port: ports[hostname], host: '127.0.0.1', path: pathname + search, method, headers },
      (answer) => answer.pipe(response.writeHead(answer.statusCode!, answer.headers)),
    );
    incoming.pipe(onward);
  });
  plain.on('connect', (incoming, socket) => {
    seen.push(`CONNECT ${incoming.url}`);
    const onward = connect(portOf(secure), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  proxy = await listening(plain);
  proxyUrl = `http://127.0.0.1:${portOf(proxy)}`;

  database = await testDatabase();
  const config = loadConfig(
    {
      DATA_DIR: directory,
      // By both spellings of the names.
      HTTP_PROXY: proxyUrl,
      https_proxy: proxyUrl,
      OPENAI_BASE_URL: 'http://models.corp.invalid/v1',
      OPENAI_API_KEY: 'secret',
      MODEL_API: 'responses',
      CHATKIT_HOSTED_URL: 'https://openai.corp.invalid/v1/chatkit',
      CHATKIT_WORKFLOW_ID: 'wf_1',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.corp.invalid',
      OPEN_METEO_URL: 'http://weather.corp.invalid',
      OPEN_METEO_GEOCODING_URL: 'http://weather.corp.invalid',
    },
    directory,
  );
  app = await createApp(config, { database, log: createLog('silent') });
  const made = await app.http.inject({
    method: 'POST',
    url: '/api/v1/auth/register',
    payload: { email: 'ann@example.org', password: 'a long enough password' },
  });
  authorization = `Bearer ${made.json().access_token}`;
});
beforeEach(() => {
  seen.length = 0;
});
afterAll(async () => {
  await app.close();
  await models.close();
  await meteo.close();
  await database.close();
  proxy.close();
  secure.close();
  rmSync(directory, { recursive: true });
});

const post = (url: string, payload: object) =>
  app.http.inject({ method: 'POST', url, payload, headers: { authorization } });

it('models are reached through the proxy', async () => {
  const input = { content: [{ type: 'input_text', text: 'Hi' }], attachments: [], inference_options: {} };
  const answer = await post('/api/chatkit', { type: 'threads.create', params: { input } });
  expect(answer.body).toContain('Through the proxy.');
  expect(seen).toContain('POST http://models.corp.invalid/v1/responses');
});

it('so is the weather', async () => {
  const answer = await app.http.inject({ url: '/api/tools/weather?city=Lyon' });
  expect(answer.json()).toMatchObject({ city: 'Lyon', temperature: 8.4 });
  expect(seen.map((line) => line.split('?')[0])).toEqual([
    'GET http://weather.corp.invalid/v1/search',
    'GET http://weather.corp.invalid/v1/forecast',
  ]);
});

it('so is the collector of traces', async () => {
  await app.http.inject({ url: '/health' });
  await vi.waitFor(() => expect(traced).toContain('POST http://collector.corp.invalid/v1/traces'), { timeout: 10_000 });
});

it('so is dictation, with its form', async () => {
  const params = { audio_base64: Buffer.from('sound').toString('base64'), mime_type: 'audio/webm' };
  expect((await post('/api/chatkit', { type: 'input.transcribe', params })).json()).toEqual({ text: 'Bonjour' });
  expect(seen).toEqual(['POST http://models.corp.invalid/v1/audio/transcriptions']);
});

it('an https:// address is reached through a tunnel, so that the proxy reads nothing', async () => {
  const answer = await post('/api/chatkit/session', {});
  expect(answer.json()).toMatchObject({ client_secret: 'ek_1' });
  expect(seen).toEqual(['CONNECT openai.corp.invalid:443']);
});

it.each(['127.0.0.1', 'localhost'])('%s is reached directly', async (host) => {
  const here = await listening(createServer((_incoming, response) => response.end('here')));
  const outbound = createOutbound(loadConfig({ HTTP_PROXY: proxyUrl }, directory));
  const url = `http://${host}:${portOf(here)}/`;
  expect(await (await outbound.client({ name: 'test', allow: [url] }).fetch(url)).text()).toBe('here');
  expect(seen).toEqual([]);
  outbound.close();
  here.close();
});

it.each(['models.corp.invalid', '.corp.invalid', 'other.example, *.corp.invalid', '*'])(
  'what NO_PROXY %j names is not asked of the proxy',
  async (NO_PROXY) => {
    const outbound = createOutbound(loadConfig({ HTTP_PROXY: proxyUrl, NO_PROXY }, directory));
    // Nobody but the proxy knows the name.
    const { fetch } = outbound.client({ name: 'test' });
    await expect(fetch('http://models.corp.invalid/')).rejects.toThrow(/ENOTFOUND|EAI_AGAIN/);
    expect(seen).toEqual([]);
    outbound.close();
  },
);

it('what people write goes through the proxy too, but no address inside does', async () => {
  const outbound = createOutbound(loadConfig({ HTTP_PROXY: proxyUrl }, directory));
  const { fetch } = outbound.client({ name: 'test' });
  const answer = await fetch('http://weather.corp.invalid/v1/search?name=Lyon');
  expect(answer.status).toBe(200);
  expect(seen).toEqual(['GET http://weather.corp.invalid/v1/search?name=Lyon']);
  for (const url of ['http://localhost/', 'http://10.0.0.1/', 'http://[::ffff:10.0.0.1]/'])
    await expect(fetch(url), url).rejects.toMatchObject({ kind: 'forbidden' });
  expect(seen).toHaveLength(1);
  outbound.close();
});
