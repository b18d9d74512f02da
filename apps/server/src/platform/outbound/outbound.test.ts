import type { lookup as systemLookup } from 'node:dns';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../config.ts';
import { noTracing, type Tracing } from '../telemetry/tracing.ts';
import { createOutbound, type Outbound, type OutboundUse } from './index.ts';

let server: Server;
let url: string;
let port: number;
let requests: IncomingMessage[] = [];
let answer: (response: ServerResponse, request: IncomingMessage) => void;
const opened: Outbound[] = [];

const open = (...given: Parameters<typeof createOutbound>): Outbound => {
  const outbound = createOutbound(...given);
  opened.push(outbound);
  return outbound;
};
/** A fetch for the server of this file, as for an address of the settings. */
const own = (use: Partial<Parameters<Outbound['client']>[0]> = {}) =>
  open().client({ name: 'test', allow: [url], ...use }).fetch;

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(request);
    request.resume();
    answer(response, request);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
  url = `http://127.0.0.1:${port}`;
});
afterEach(() => {
  for (const outbound of opened.splice(0)) outbound.close();
  server.closeAllConnections();
  requests = [];
});
afterAll(() => {
  server.close();
});

/** A name server under the test's hand: what each look at a name gives. */
const naming = (...looks: string[][]) => {
  const names: string[] = [];
  const lookup = ((name: string, _options: object, done: (error: null, found: object[]) => void) => {
    const found = looks[Math.min(names.push(name), looks.length) - 1]!;
    done(
      null,
      found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  }) as unknown as typeof systemLookup;
  return { lookup, names };
};

describe('addresses', () => {
  it.each([
    'http://127.0.0.1',
    'http://2130706433',
    'http://0x7f.1',
    'http://0177.0.0.1',
    'http://127.1',
    'http://127.0.0.1.',
    'http://１２７.０.０.１',
    'http://0.0.0.0',
    'http://10.1.2.3',
    'http://172.16.0.1',
    'http://192.168.1.1',
    'http://169.254.169.254',
    'http://168.63.129.16',
    'http://100.64.0.1',
    'http://192.0.0.192',
    'http://198.18.0.1',
    'http://224.0.0.1',
    'http://255.255.255.255',
    'http://[::1]',
    'http://[::]',
    'http://[::ffff:127.0.0.1]',
    'http://[::ffff:7f00:1]',
    'http://[::127.0.0.1]',
    'http://[64:ff9b::7f00:1]',
    'http://[64:ff9b:1::1]',
    'http://[2002:7f00:1::]',
    'http://[2001::1]',
    'http://[fd00::1]',
    'http://[fe80::1]',
    'http://[fec0::1]',
    'http://[ff02::1]',
  ])('%s is not for what people write', async (address) => {
    const { lookup, names } = naming(['127.0.0.1']);
    const { fetch } = open({}, { lookup }).client({ name: 'test' });
    await expect(fetch(`${address}:${port}/`)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(fetch(`${address.replace('http', 'https')}:${port}/`)).rejects.toMatchObject({ kind: 'forbidden' });
    expect(names).toEqual([]);
    expect(requests).toEqual([]);
  });

  it.each(['file:///etc/passwd', 'ftp://example.org/', 'data:text/plain,x', 'gopher://127.0.0.1/'])(
    '%s is no address',
    async (address) => {
      await expect(open().client({ name: 'test' }).fetch(address)).rejects.toMatchObject({ kind: 'forbidden' });
    },
  );

  it('a name that leads inside is refused as the connection is made', async () => {
    answer = (response) => void response.end('inside');
    for (const inside of ['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.0.0.1', '169.254.169.254']) {
      const { lookup, names } = naming([inside]);
      const { fetch } = open({}, { lookup }).client({ name: 'test' });
      await expect(fetch(`http://evil.example:${port}/`)).rejects.toMatchObject({
        kind: 'forbidden',
        message: 'evil.example is not a public address',
      });
      expect(names).toEqual(['evil.example']);
    }
    expect(requests).toEqual([]);
  });

  it('a name that leads elsewhere at the second look gains nothing: each connection goes to what was judged', async () => {
    answer = (response) => void response.end('inside');
    // 127.0.0.2 plays the address outside; nobody answers there.
    const { lookup, names } = naming(['127.0.0.1', '127.0.0.2'], ['127.0.0.1']);
    const { fetch } = open({ OUTBOUND_ALLOWED: ['127.0.0.2'] }, { lookup }).client({ name: 'test' });
    await expect(fetch(`http://rebind.example:${port}/`)).rejects.toMatchObject({ kind: 'unreachable' });
    await expect(fetch(`http://rebind.example:${port}/`)).rejects.toMatchObject({ kind: 'forbidden' });
    expect(names).toEqual(['rebind.example', 'rebind.example']);
    expect(requests).toEqual([]);
  });

  it('a connection that is open for an address of the settings is not one for what people write', async () => {
    answer = (response) => void response.end('mine');
    const outbound = open();
    expect(await (await outbound.client({ name: 'test', allow: [`${url}/v1`] }).fetch(`${url}/x`)).text()).toBe('mine');
    await expect(outbound.client({ name: 'test' }).fetch(`${url}/x`)).rejects.toMatchObject({ kind: 'forbidden' });
    const other = outbound.client({ name: 'test', allow: ['http://127.0.0.1:1'] });
    await expect(other.fetch(`${url}/x`)).rejects.toMatchObject({ kind: 'forbidden' });
    expect(requests).toHaveLength(1);
  });

  it.each([
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.0/8', '127.0.0.1', true],
    ['::ffff:127.0.0.1', '127.0.0.1', true],
    ['10.0.0.0/8, wiki.corp', 'wiki.corp', true],
    ['10.0.0.0/8, 127.0.0.0/8', 'wiki.corp', true],
    ['.corp', 'wiki.corp', true],
    ['WIKI.corp', 'wiki.corp', true],
    ['.corp', 'wikicorp', false],
    ['corp', 'wiki.corp', false],
    ['10.0.0.0/8', '127.0.0.1', false],
    ['fd00::/8', 'wiki.corp', false],
  ])('OUTBOUND_ALLOWED=%s: whether %s is reached is %s', async (OUTBOUND_ALLOWED, host, reached) => {
    answer = (response) => void response.end('here');
    const settings = loadConfig({ OUTBOUND_ALLOWED }, '/nowhere');
    const { fetch } = open(settings, naming(['127.0.0.1'])).client({ name: 'test' });
    const asked = fetch(`http://${host}:${port}/`);
    if (reached) expect(await (await asked).text()).toBe('here');
    else await expect(asked).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('redirects', () => {
  const to =
    (location: string, status = 302) =>
    (response: ServerResponse) =>
      void response.writeHead(status, { location }).end();

  it('are rejected unless a client follows them; one that asks for them as they are gets them', async () => {
    answer = to('/elsewhere');
    await expect(own()(url)).rejects.toMatchObject({ kind: 'redirected' });
    const response = await own()(url, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, '/elsewhere']);
    await expect(own({ redirects: 3 })(url, { redirect: 'error' })).rejects.toMatchObject({ kind: 'redirected' });
    await expect(own({ redirects: 3 })(url, { method: 'POST', body: '' })).rejects.toMatchObject({
      kind: 'redirected',
    });
  });

  it('are followed so often, and the answer says from where it came', async () => {
    answer = (response, { url: path }) =>
      path === '/3' ? void response.end('there') : to(`/${Number(path!.slice(1)) + 1}`)(response);
    const response = await own({ redirects: 3 })(`${url}/0`);
    expect([response.url, await response.text()]).toEqual([`${url}/3`, 'there']);
    await expect(own({ redirects: 2 })(`${url}/0`)).rejects.toMatchObject({ kind: 'redirected' });
  });

  it.each(['http://127.0.0.1:1/', 'http://[::ffff:7f00:1]/', 'http://0x7f.1/', 'file:///etc/passwd', '//10.0.0.1/'])(
    'to %s are judged like an address',
    async (location) => {
      answer = to(location);
      await expect(own({ redirects: 3 })(url)).rejects.toMatchObject({ kind: 'forbidden' });
      expect(requests).toHaveLength(1);
    },
  );

  it('to a name are judged by where it leads', async () => {
    answer = to(`http://evil.example:${port}/`);
    const outbound = open({}, naming(['127.0.0.1']));
    const { fetch } = outbound.client({ name: 'test', allow: [url], redirects: 3 });
    await expect(fetch(url)).rejects.toMatchObject({ kind: 'forbidden' });
    expect(requests).toHaveLength(1);
  });

  it('take no key to another site', async () => {
    answer = (response, request) =>
      request.url === '/' ? to(`http://other.example:${port}/there`)(response) : void response.end('there');
    const settings = { OUTBOUND_ALLOWED: ['other.example'] };
    const { fetch } = open(settings, naming(['127.0.0.1'])).client({ name: 'test', allow: [url], redirects: 1 });
    const headers = { authorization: 'Bearer key', cookie: 'a=b', 'x-api-key': 'key', accept: 'text/html' };
    await fetch(url, { headers });
    expect(requests.map(({ headers }) => [headers.authorization, headers.cookie, headers['x-api-key']])).toEqual([
      ['Bearer key', 'a=b', 'key'],
      [undefined, undefined, undefined],
    ]);
    expect(requests[1]!.headers.accept).toBe('text/html');
  });
});

describe('limits', () => {
  const never = () => {};
  const headOnly = (response: ServerResponse) => response.flushHeaders();
  const half = (response: ServerResponse) => void response.write('half');

  it.each([
    ['no head', never, { firstByteMs: 50 }, /no first byte/],
    ['no first byte', headOnly, { firstByteMs: 50 }, /no first byte/],
    ['silence', half, { idleMs: 50 }, /silent for 50 ms/],
  ])('%s', async (_, say, use, message) => {
    answer = say;
    await expect(own(use)(url)).rejects.toMatchObject({ kind: 'timeout', message: expect.stringMatching(message) });
    const { fetch } = open().client({ name: 'test', allow: [url], streams: true, ...use });
    const read = async () => (await fetch(url)).text();
    await expect(read()).rejects.toMatchObject({ kind: 'timeout' });
  });

  it('an answer that is too long is given up', async () => {
    answer = (response) => {
      const write = () => {
        while (response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', write);
      write();
    };
    await expect(own()(url)).rejects.toMatchObject({ kind: 'too_large' });
    const streamed = await own({ streams: true, mostBytes: 100_000 })(url);
    await expect(streamed.text()).rejects.toMatchObject({ kind: 'too_large' });
  });

  it('an answer that breaks off is not taken for a whole one', async () => {
    answer = (response) => {
      response.writeHead(200, { 'content-length': '10' }).write('half');
      setTimeout(() => response.destroy(), 20);
    };
    await expect(own()(url)).rejects.toMatchObject({ kind: 'cut' });
  });

  it('who is not there is named, without what is secret in its address', async () => {
    const dead = 'http://127.0.0.1:1';
    const { fetch } = open().client({ name: 'test', allow: [dead] });
    await expect(fetch(`${dead}/hidden?key=secret`)).rejects.toMatchObject({
      kind: 'unreachable',
      message: 'ECONNREFUSED at 127.0.0.1:1',
    });
  });

  it.each([
    ['before the head', never],
    ['in the middle', half],
  ])('a signal ends it %s, with its own reason, and the connection', async (_, say) => {
    const closed = new Promise((resolve) => {
      answer = (response) => {
        response.once('close', resolve);
        say(response);
      };
    });
    const leaving = new AbortController();
    const asked = own()(url, { signal: leaving.signal });
    setTimeout(() => leaving.abort(new Error('left')), 50);
    await expect(asked).rejects.toThrow('left');
    await closed;
    await expect(own()(url, { signal: AbortSignal.abort(new Error('never')) })).rejects.toThrow('never');
    expect(requests).toHaveLength(1);
  });
});

describe('bodies that stream both ways', () => {
  const send = (use: Partial<OutboundUse> = {}, signal = new AbortController().signal) =>
    open()
      .client({ name: 'test', allow: [url], ...use })
      .open(new URL(url), { method: 'POST', headers: {}, body: Readable.from(['question']), signal });

  it('pass through', async () => {
    answer = (response, request) => void request.pipe(response.writeHead(201, { 'x-own': 'yes' }));
    const { status, headers, body } = await send();
    expect([status, headers['x-own'], await text(body)]).toEqual([201, 'yes', 'question']);
  });

  it.each([
    ['no head', () => {}, { firstByteMs: 50 }, 'timeout'],
    ['silence', (response: ServerResponse) => void response.write('half'), { idleMs: 50 }, 'timeout'],
    ['too much', (response: ServerResponse) => void response.end('x'.repeat(1000)), { mostBytes: 999 }, 'too_large'],
  ])('are bounded: %s', async (_, say, use, kind) => {
    answer = say;
    const read = async () => text((await send(use)).body);
    await expect(read()).rejects.toMatchObject({ kind });
  });

  it('end with the signal, also in the middle of the answer, and so does the connection', async () => {
    const closed = new Promise((resolve) => {
      answer = (response) => void response.once('close', resolve).write('half');
    });
    const leaving = new AbortController();
    const { body } = await send({}, leaving.signal);
    const read = text(body);
    leaving.abort(new Error('left'));
    await expect(read).rejects.toThrow('left');
    await closed;
  });

  it('are refused where an address is, and at a redirect', async () => {
    const { signal } = new AbortController();
    const request = { method: 'POST', headers: {}, body: Readable.from(['x']), signal };
    const asked = open().client({ name: 'test' }).open(new URL(url), request);
    await expect(asked).rejects.toMatchObject({ kind: 'forbidden' });
    answer = (response) => void response.writeHead(307, { location: '/elsewhere' }).end();
    await expect(send()).rejects.toMatchObject({ kind: 'redirected' });
  });
});

describe('retries', () => {
  /** Refuses so often, then answers. */
  const refusing = (times: number, status: number, headers: Record<string, string> = {}) => {
    answer = (response) =>
      requests.length <= times ? void response.writeHead(status, headers).end('no') : void response.end('yes');
  };

  it.each([408, 429, 500, 502, 503, 529])('%i is asked again, waiting longer each time', async (status) => {
    refusing(2, status);
    const started = performance.now();
    const response = await own({ retries: 2, retryDelayMs: 40 })(url, { method: 'POST', body: 'x' });
    expect([response.status, await response.text(), requests.length]).toEqual([200, 'yes', 3]);
    expect(performance.now() - started).toBeGreaterThan(115);
  });

  it.each([
    [429, '0', 2],
    [503, new Date(Date.now() - 1000).toUTCString(), 2],
    [429, '3600', 1],
    [503, 'Thu, 01 Jan 2099 00:00:00 GMT', 1],
    [503, 'soon', 1],
  ])('%i with Retry-After: %s is sent %i times', async (status, retryAfter, times) => {
    refusing(1, status, { 'retry-after': retryAfter });
    const response = await own({ retries: 1, retryDelayMs: 60_000 })(url);
    expect([response.status, requests.length]).toEqual([times === 2 ? 200 : status, times]);
  });

  it.each([
    [400, {}],
    [501, {}],
    [503, { 'x-should-retry': 'false' }],
  ])('%i %j is not', async (status, headers) => {
    refusing(1, status, headers);
    expect((await own({ retries: 1, retryDelayMs: 1 })(url)).status).toBe(status);
    expect(requests).toHaveLength(1);
  });

  it('nothing is asked again unless a client says so; a signal ends the wait', async () => {
    refusing(9, 503);
    expect((await own()(url)).status).toBe(503);
    expect(requests).toHaveLength(1);
    const asked = own({ retries: 1, retryDelayMs: 5_000 })(url, { signal: AbortSignal.timeout(100) });
    await expect(asked).rejects.toThrow(/time/i);
    expect(requests).toHaveLength(2);
  });
});

it('each request is a span; what a person wrote shows its host alone', async () => {
  const spans: object[] = [];
  const tracing: Tracing = {
    ...noTracing,
    start(name, kind, attributes) {
      const span = { name, kind, ...attributes };
      spans.push(span);
      return { set: (more) => void Object.assign(span, more), end: (error) => void Object.assign(span, { error }) };
    },
  };
  answer = (response) => void response.end('yes');
  const settings = { OUTBOUND_ALLOWED: ['page.example'] };
  const outbound = open(settings, { tracing, ...naming(['127.0.0.1']) });
  await (await outbound.client({ name: 'weather', allow: [url] }).fetch(`${url}/v1?key=secret`)).text();
  await (await outbound.client({ name: 'link preview' }).fetch(`http://page.example:${port}/secret?x`)).text();
  await outbound
    .client({ name: 'link preview' })
    .fetch('http://10.0.0.1/secret')
    .catch(() => {});
  const common = { kind: 'client', 'http.request.method': 'GET', 'http.response.status_code': 200, error: undefined };
  expect(spans).toEqual([
    { ...common, name: 'weather', 'server.address': `127.0.0.1:${port}`, 'url.path': '/v1' },
    { ...common, name: 'link preview', 'server.address': `page.example:${port}` },
  ]);
});
