import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import type { Attachment, StreamEvent } from '@causerie/chatkit';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type App, createApp } from '../../app.ts';
import { loadConfig } from '../../config.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/testing.ts';
import { createLog } from '../../platform/telemetry/log.ts';
import { gif, jpeg, pdf, png, webp, zip } from './testing/samples.ts';

/** Bytes go a moment after the answer, or several on a machine that has much to do. */
const patience = { timeout: 15_000 };
const directory = mkdtempSync(join(tmpdir(), 'causerie-attachments-'));
let database: TestDatabase;
let config: ReturnType<typeof loadConfig>;
let app: App;
let url: string;
let clock = 0;
const tokens: Record<'ann' | 'bob', string> = { ann: '', bob: '' };
type Who = keyof typeof tokens;

beforeAll(async () => {
  database = await testDatabase({ poolSize: 8 });
  config = loadConfig(
    { DATA_DIR: directory, LOG_LEVEL: 'silent', RATE_LIMIT_PER_MINUTE: '0', ATTACHMENT_MAX_BYTES: '400000' },
    directory,
  );
  app = await createApp(config, {
    database,
    log: createLog('silent'),
    now: () => Date.now() + clock,
    responder: { async *respond() {} },
  });
  url = await app.http.listen({ port: 0, host: '127.0.0.1' });
  for (const name of ['ann', 'bob'] as const) {
    const response = await fetch(`${url}/api/v1/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: `${name}@example.org`, password: 'a long enough password' }),
    });
    tokens[name] = ((await response.json()) as { access_token: string }).access_token;
  }
});
afterAll(async () => {
  await app.close();
  await database.close();
  rmSync(directory, { recursive: true });
});
beforeEach(async () => {
  clock = 0;
  await database.pool.query('DELETE FROM attachments');
  await app.jobs.run('remove-files');
});

const bearer = (who: Who) => ({ authorization: `Bearer ${tokens[who]}` });

async function chatkit(request: object, who: Who = 'ann'): Promise<Response> {
  return fetch(`${url}/api/chatkit`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(who) },
    body: JSON.stringify(request),
  });
}

/** What is refused, as one line. */
async function refusal(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error: { code: string; message: string; request_id: string } };
  expect(error.request_id).toBeTruthy();
  return `${response.status} ${error.code}: ${error.message}`;
}

const announce = (name: string, mime_type: string, size: number, who: Who = 'ann') =>
  chatkit({ type: 'attachments.create', params: { name, size, mime_type } }, who);

async function announced(name: string, mime_type: string, size: number, who: Who = 'ann'): Promise<Attachment> {
  const response = await announce(name, mime_type, size, who);
  expect(response.status).toBe(200);
  return (await response.json()) as Attachment;
}

/** As the element does it, and as it is done without any account: the address is enough. */
const put = (attachment: Attachment, body: Uint8Array | ReadableStream, headers: Record<string, string> = {}) => {
  const { url: address, method, headers: given } = attachment.upload_descriptor!;
  return fetch(address, {
    method,
    headers: { ...given, ...headers },
    body,
    ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
  } as unknown as RequestInit);
};

async function uploaded(name: string, mime: string, bytes: Uint8Array, who: Who = 'ann'): Promise<Attachment> {
  const attachment = await announced(name, mime, bytes.length, who);
  const response = await put(attachment, bytes);
  expect([response.status, await response.text()]).toEqual([204, '']);
  return attachment;
}

function direct(name: string, mime: string, bytes: Uint8Array, who: Who = 'ann', field = 'file'): Promise<Response> {
  const form = new FormData();
  form.set(field, new Blob([bytes as Uint8Array<ArrayBuffer>], { type: mime }), name);
  return fetch(`${url}/api/attachments`, { method: 'POST', body: form, headers: bearer(who) });
}

const message = (attachments: string[]) => ({
  content: [{ type: 'input_text', text: 'Look' }],
  attachments,
  inference_options: {},
});

async function send(attachments: string[], { thread, who = 'ann' }: { thread?: string; who?: Who } = {}) {
  const response = await chatkit(
    thread
      ? { type: 'threads.add_user_message', params: { thread_id: thread, input: message(attachments) } }
      : { type: 'threads.create', params: { input: message(attachments) } },
    who,
  );
  if (response.status !== 200) return { refused: await refusal(response), thread: '', attachments: [] };
  const events = (await response.text())
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)) as StreamEvent);
  const done = events.find((event) => event.type === 'thread.item.done');
  if (done?.item.type !== 'user_message') throw new Error('no message');
  return { refused: undefined, thread: done.item.thread_id, attachments: done.item.attachments };
}

/** Everything that lies on the disk, as paths. */
const onDisk = () =>
  ['files', 'uploads'].flatMap((folder) => {
    const root = join(directory, folder);
    return existsSync(root)
      ? readdirSync(root, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
      : [];
  });
const nothingLeft = () => vi.waitFor(() => expect(onDisk()).toEqual([]), patience);

describe('two_phase', () => {
  it('a file is announced, put to its address, sent, and shown to its owner', async () => {
    const photo = await jpeg();
    const attachment = await announced('photo.jpg', 'image/jpeg', photo.length);
    expect(attachment).toEqual({
      id: expect.stringMatching(/^atc_[0-9a-f]{36}$/),
      type: 'image',
      name: 'photo.jpg',
      mime_type: 'image/jpeg',
      preview_url: expect.stringMatching(`^${url}/api/attachments/${attachment.id}/preview\\?ticket=[\\w.-]+$`),
      upload_descriptor: {
        url: expect.stringMatching(`^${url}/api/attachments/${attachment.id}/upload\\?ticket=[\\w.-]+$`),
        method: 'PUT',
        headers: { 'Content-Type': 'image/jpeg' },
      },
    });
    expect((await put(attachment, photo)).status).toBe(204);

    const { thread, attachments } = await send([attachment.id]);
    expect(attachments).toEqual([
      {
        id: attachment.id,
        type: 'image',
        name: 'photo.jpg',
        mime_type: 'image/jpeg',
        thread_id: thread,
        preview_url: expect.stringContaining('/preview?ticket='),
      },
    ]);

    const preview = await fetch((attachments[0] as { preview_url: string }).preview_url);
    expect(preview.status).toBe(200);
    expect((await sharp(Buffer.from(await preview.arrayBuffer())).metadata()).height).toBe(512);
    const content = await fetch(`${url}/api/attachments/${attachment.id}/content`, { headers: bearer('ann') });
    expect(Buffer.from(await content.arrayBuffer()).equals(photo)).toBe(true);

    // Stored under random names only, each with what was made of it; nothing is left of the way in.
    const files = onDisk();
    expect(files.map((file) => file.replace(/[0-9a-f]{32}/, 'KEY')).sort()).toEqual([
      'files/KEY/content',
      'files/KEY/model',
      'files/KEY/preview',
    ]);
  });

  it.each([
    ['a.png', 'image/png', png],
    ['a.webp', 'image/webp', webp],
    ['a.gif', 'image/gif', gif],
    ['a.pdf', 'application/pdf', async () => pdf('words')],
    ['a.txt', 'text/plain', async () => Buffer.from('words')],
    ['a.md', 'text/markdown', async () => Buffer.from('# words')],
    ['a.csv', 'text/csv', async () => Buffer.from('a,b')],
    // Its type must not make the server read it as a request.
    ['a.json', 'application/json', async () => Buffer.from('{"words":1}')],
  ])('%s is taken', async (name, mime, make) => {
    const bytes = await make();
    const attachment = await uploaded(name, mime, bytes);
    expect(attachment.type).toBe(mime.startsWith('image/') ? 'image' : 'file');
    const content = await fetch(`${url}/api/attachments/${attachment.id}/content`, { headers: bearer('ann') });
    expect(content.headers.get('content-type')).toBe(mime);
    expect(Buffer.from(await content.arrayBuffer()).equals(bytes)).toBe(true);
  });

  it('content that is not its declared type', async () => {
    const attachment = await announced('photo.png', 'image/png', 9);
    expect(await refusal(await put(attachment, Buffer.from('not a png')))).toBe(
      '400 attachment_invalid: photo.png is declared as a PNG image, but its content is something else.',
    );
    await nothingLeft();
    expect((await send([attachment.id])).refused).toBe('409 conflict: photo.png has not been uploaded yet.');
    // The address is good for another try.
    const { length } = await png();
    expect(length).not.toBe(9);
  });

  it('larger than declared, whether it says so or not; nothing is kept', async () => {
    const attachment = await announced('a.txt', 'text/plain', 5);
    const sentence = '413 payload_too_large: a.txt is larger than the 5 bytes it was announced with.';
    expect(await refusal(await put(attachment, Buffer.from('123456')))).toBe(sentence);
    const dripping = new Blob(['123', '456789']).stream();
    expect(await refusal(await put(attachment, dripping))).toBe(sentence);
    // The answer comes while the client still writes, over a connection that is not torn down.
    const writing = http.request(attachment.upload_descriptor!.url, {
      method: 'PUT',
      headers: { 'content-type': 'text/plain' },
    });
    writing.write('123456');
    const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
      writing.on('response', resolve).on('error', reject);
    });
    expect([answer.statusCode, JSON.parse(await readText(answer)).error.code]).toEqual([413, 'payload_too_large']);
    writing.end('7');
    await nothingLeft();
    expect(await refusal(await put(attachment, Buffer.from('1234')))).toBe(
      '400 attachment_invalid: a.txt was announced with 5 bytes, but 4 came.',
    );
    expect((await put(attachment, Buffer.from('12345'))).status).toBe(204);
  });

  it('sent twice to the same address, one after the other and at the same time', async () => {
    const bytes = await png();
    const once = await uploaded('a.png', 'image/png', bytes);
    expect(await refusal(await put(once, bytes))).toBe('409 conflict: This file has been uploaded already.');
    const raced = await announced('b.png', 'image/png', bytes.length);
    const answers = await Promise.all([put(raced, bytes), put(raced, bytes), put(raced, bytes)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409, 409]);
    // Two files of three parts: those who lost the race left nothing.
    await vi.waitFor(() => expect(onDisk()).toHaveLength(6), patience);
  });

  it('after expiry', async () => {
    const attachment = await announced('a.txt', 'text/plain', 2);
    clock = 601_000;
    expect(await refusal(await put(attachment, Buffer.from('ab')))).toBe(
      '403 forbidden: This upload address has expired. Ask for a new one.',
    );
    clock = 599_000;
    expect((await put(attachment, Buffer.from('ab'))).status).toBe(204);
  });

  it('by another user', async () => {
    const attachment = await announced('a.txt', 'text/plain', 2);
    expect(await refusal(await put(attachment, Buffer.from('ab'), bearer('bob')))).toBe(
      '403 forbidden: This upload address belongs to another account.',
    );
    expect((await put(attachment, Buffer.from('ab'), bearer('ann'))).status).toBe(204);
  });

  it('an address that was changed, or is for something else', async () => {
    const attachment = await announced('a.txt', 'text/plain', 2);
    const other = await announced('b.txt', 'text/plain', 2);
    const image = await announced('c.png', 'image/png', 2);
    const sentence = '403 forbidden: This upload address is not valid.';
    const address = new URL(attachment.upload_descriptor!.url);
    const [body = '', signature = ''] = address.searchParams.get('ticket')!.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
    const enlarged = Buffer.from(JSON.stringify({ ...claims, size: 1_000_000 })).toString('base64url');
    const tickets = [
      '',
      'x',
      `${body}.`,
      `${body}.${signature.slice(0, -2)}AA`,
      `${enlarged}.${signature}`,
      `${body}.${signature}.more`,
      new URL(other.upload_descriptor!.url).searchParams.get('ticket')!,
      // Good for looking at an image, not for putting one.
      new URL((image as { preview_url: string }).preview_url).searchParams.get('ticket')!,
    ];
    for (const ticket of tickets) {
      const answer = await fetch(`${url}${address.pathname}?${new URLSearchParams({ ticket })}`, {
        method: 'PUT',
        headers: { 'content-type': 'text/plain' },
        body: 'ab',
      });
      expect(await refusal(answer), ticket).toBe(sentence);
    }
    expect(await refusal(await fetch(`${url}${address.pathname}`, { method: 'PUT', body: 'ab' }))).toBe(sentence);
  });

  it('with another type in its header', async () => {
    const attachment = await announced('a.txt', 'text/plain', 2);
    expect(await refusal(await put(attachment, Buffer.from('ab'), { 'Content-Type': 'text/html' }))).toBe(
      '415 unsupported_media_type: a.txt was announced as text/plain.',
    );
  });

  it('an upload that breaks off leaves nothing, and may be tried again', async () => {
    const attachment = await announced('a.txt', 'text/plain', 300_000);
    const address = new URL(attachment.upload_descriptor!.url);
    const request = http.request(address, {
      method: 'PUT',
      headers: { 'content-type': 'text/plain', 'content-length': 300_000 },
    });
    request.on('error', () => {});
    request.write('x'.repeat(100_000));
    await vi.waitFor(() => expect(onDisk()).toHaveLength(1), patience);
    request.destroy();
    await nothingLeft();
    expect((await put(attachment, Buffer.from('x'.repeat(300_000)))).status).toBe(204);
  });

  it('what cannot be announced', async () => {
    expect(await refusal(await announce('a.svg', 'image/svg+xml', 10))).toBe(
      '415 unsupported_media_type: Files of the type image/svg+xml are not accepted. Accepted are: ' +
        '.png, .jpg, .jpeg, .webp, .gif, .pdf, .txt, .log, .md, .markdown, .csv, .json.',
    );
    expect(await refusal(await announce('a.html', 'text/html\r\n<b>', 10))).toContain(
      '415 unsupported_media_type: Files of the type text/htmlb are not',
    );
    expect(await refusal(await announce('a.png', 'image/png', 400_001))).toBe(
      '413 payload_too_large: a.png is too large: at most 400000 bytes are accepted.',
    );
    for (const size of [0, -1])
      expect(await refusal(await announce('a.png', 'image/png', size))).toBe('400 attachment_invalid: a.png is empty.');
    expect((await announce('a.png', 'image/png', 1.5)).status).toBe(400);
    const nobody = await fetch(`${url}/api/chatkit`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'attachments.create', params: { name: 'a', size: 1, mime_type: 'text/plain' } }),
    });
    expect(nobody.status).toBe(401);
  });

  it('no more than fifty unsent files', async () => {
    for (let count = 0; count < 50; count++) await announced('a.txt', 'text/plain', 1);
    expect(await refusal(await announce('a.txt', 'text/plain', 1))).toBe(
      '429 rate_limited: Too many files were uploaded and not sent. Send or remove some first.',
    );
    expect((await announce('a.txt', 'text/plain', 1, 'bob')).status).toBe(200);
  });

  it('names are made harmless', async () => {
    const nameOf = async (name: string) => (await announced(name, 'text/plain', 1)).name;
    expect(await nameOf('../../x')).toBe('x.txt');
    expect(await nameOf('a\u0000\r\nb\u202etxt.exe')).toBe('abtxt.exe.txt');
    expect(await nameOf(`${'n'.repeat(296)}.txt`)).toBe(`${'n'.repeat(251)}.txt`);
  });

  it.each([
    ['an SVG with a script, called text', 'x.txt', 'text/plain', Buffer.from('<svg onload="alert(1)"></svg>')],
    ['a page, called Markdown', 'x.md', 'text/markdown', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['an archive, called a PDF', 'x.pdf', 'application/pdf', zip('a', 'b')],
    ['a PDF with an archive behind', 'x.pdf', 'application/pdf', Buffer.concat([pdf('x'), zip('a', 'b')])],
  ])('%s is refused, and nothing is kept', async (_, name, mime, bytes) => {
    const answer = await refusal(await put(await announced(name, mime, bytes.length), bytes));
    expect(answer).toMatch(
      /^400 attachment_invalid: x\.\w+ (is a web page|is declared as a PDF|holds more than a PDF)/,
    );
    await nothingLeft();
  });

  it('a GIF that is a script too', async () => {
    const bytes = Buffer.concat([await gif(), Buffer.from('*/=1;<script>alert(1)</script>')]);
    expect(await refusal(await put(await announced('x.gif', 'image/gif', bytes.length), bytes))).toBe(
      '400 attachment_invalid: x.gif holds more than a GIF image: it is not accepted.',
    );
  });

  it('a picture that cannot be decoded', async () => {
    const bytes = await png(200, 200);
    // The data of the picture is damaged, its structure is not.
    bytes.fill(0xff, bytes.indexOf('IDAT') + 8, bytes.indexOf('IDAT') + 40);
    expect(await refusal(await put(await announced('x.png', 'image/png', bytes.length), bytes))).toBe(
      '400 attachment_invalid: x.png is damaged: it cannot be read to its end.',
    );
    await nothingLeft();
  });
});

it('a picture of one line that is longer than may be decoded is refused', async () => {
  const bytes = await png(30_001, 1);
  expect(await refusal(await direct('x.png', 'image/png', bytes))).toBe(
    '400 attachment_invalid: x.png has too many pixels: an image may have 64 million, and 30000 on a side.',
  );
  expect((await direct('x.png', 'image/png', await png(30_000, 1))).status).toBe(200);
});

describe('direct', () => {
  it('a file is answered with its attachment, ready to be sent', async () => {
    const bytes = await webp();
    const response = await direct('Été à la mer.webp', 'image/webp', bytes);
    const attachment = (await response.json()) as Attachment;
    expect([response.status, attachment]).toEqual([
      200,
      {
        id: expect.stringMatching(/^atc_/),
        type: 'image',
        name: 'Été à la mer.webp',
        mime_type: 'image/webp',
        preview_url: expect.stringContaining(`${url}/api/attachments/${attachment.id}/preview?ticket=`),
      },
    ]);
    expect((await send([attachment.id])).attachments[0]?.name).toBe('Été à la mer.webp');
  });

  it('what is refused leaves neither bytes nor a row', async () => {
    const large = Buffer.alloc(400_001, 'a');
    expect(await refusal(await direct('a.txt', 'text/plain', large))).toBe(
      '413 payload_too_large: a.txt is too large: at most 400000 bytes are accepted.',
    );
    expect(await refusal(await direct('a.png', 'image/png', Buffer.from('no')))).toContain(
      '400 attachment_invalid: a.png is',
    );
    expect(await refusal(await direct('a.txt', 'text/plain', Buffer.alloc(0)))).toBe(
      '400 attachment_invalid: a.txt is empty.',
    );
    expect(await refusal(await direct('a.exe', 'application/x-msdownload', large))).toContain(
      '415 unsupported_media_type',
    );
    expect(await refusal(await direct('a.txt', 'text/plain', Buffer.from('a'), 'ann', 'other'))).toBe(
      '400 bad_request: Send one file, in the field "file", and nothing else.',
    );
    const json = await fetch(`${url}/api/attachments`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json', ...bearer('ann') },
    });
    expect(await refusal(json)).toBe(
      '415 unsupported_media_type: Send the file as multipart/form-data, in the field "file".',
    );
    expect((await fetch(`${url}/api/attachments`, { method: 'POST' })).status).toBe(401);
    await nothingLeft();
    expect((await database.pool.query('SELECT 1 FROM attachments')).rowCount).toBe(0);
  });

  it('two files at once, and a path for a name', async () => {
    const form = new FormData();
    form.append('file', new Blob(['a'], { type: 'text/plain' }), 'a.txt');
    form.append('file', new Blob(['b'], { type: 'text/plain' }), 'b.txt');
    const two = await fetch(`${url}/api/attachments`, { method: 'POST', body: form, headers: bearer('ann') });
    // The first is taken before the second is seen, and that is never read.
    expect(two.status).toBe(200);
    expect((await database.pool.query('SELECT 1 FROM attachments')).rowCount).toBe(1);
    const answer = (await (await direct('../../x', 'text/plain', Buffer.from('a'))).json()) as Attachment;
    expect(answer.name).toBe('x.txt');
  });
});

describe('sending', () => {
  it('only files of one’s own that are there, each once, and not too many', async () => {
    const ids = [];
    for (let count = 0; count < 5; count++) ids.push((await uploaded('a.txt', 'text/plain', Buffer.from('a'))).id);
    expect((await send(ids)).refused).toBe('400 attachment_invalid: A message may carry at most 4 files.');
    expect((await send([ids[0]!, ids[0]!])).refused).toBe(
      '400 attachment_invalid: A message may name each file only once.',
    );
    expect((await send(['atc_unknown'])).refused).toBe('404 not_found: Attachment atc_unknown not found');
    const foreign = `404 not_found: Attachment ${ids[0]} not found`;
    expect((await send([ids[0]!], { who: 'bob' })).refused).toBe(foreign);
    const pending = await announced('p.txt', 'text/plain', 3);
    expect((await send([pending.id])).refused).toBe('409 conflict: p.txt has not been uploaded yet.');
    // Nothing of this made a thread.
    const threads = await (await chatkit({ type: 'threads.list', params: {} }, 'bob')).json();
    expect(threads).toEqual({ data: [], has_more: false });
    expect((await send(ids.slice(0, 4))).refused).toBeUndefined();
  });

  it('again in the same thread is fine; in another it is refused', async () => {
    const { id } = await uploaded('a.txt', 'text/plain', Buffer.from('a'));
    const { thread } = await send([id]);
    expect((await send([id], { thread })).refused).toBeUndefined();
    const sentence = '409 conflict: a.txt was sent in another thread. Upload it again to send it here.';
    expect((await send([id])).refused).toBe(sentence);
    const other = await send([]);
    expect((await send([id], { thread: other.thread })).refused).toBe(sentence);
  });

  it('of two threads that want it at the same time, one gets it', async () => {
    const { id } = await uploaded('a.txt', 'text/plain', Buffer.from('a'));
    const answers = await Promise.all([send([id]), send([id]), send([id])]);
    expect(answers.filter(({ refused }) => refused === undefined)).toHaveLength(1);
    const { rows } = await database.pool.query('SELECT conversation_id FROM attachments WHERE id = $1', [id]);
    expect(rows[0].conversation_id).toBe(answers.find(({ refused }) => refused === undefined)!.thread);
  });

  it('a thread that is loaded later has previews that work', async () => {
    const { id } = await uploaded('a.png', 'image/png', await png());
    const { thread, attachments } = await send([id]);
    const old = (attachments[0] as { preview_url: string }).preview_url;
    // The address of a preview opens no original, which may tell where it was taken.
    expect((await fetch(old)).status).toBe(200);
    expect((await fetch(old.replace('/preview?', '/content?'))).status).toBe(401);
    clock = 2 * 3_600_000;
    expect((await fetch(old)).status).toBe(401);
    // By cookie or token the owner may go on using the old address.
    expect((await fetch(old, { headers: bearer('ann') })).status).toBe(401);
    tokens.ann = (
      (await (
        await fetch(`${url}/api/v1/auth/login`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ email: 'ann@example.org', password: 'a long enough password' }),
        })
      ).json()) as { access_token: string }
    ).access_token;
    expect((await fetch(old, { headers: bearer('ann') })).status).toBe(200);
    const loaded = await (await chatkit({ type: 'threads.get_by_id', params: { thread_id: thread } })).json();
    const fresh = (loaded as { items: { data: { attachments: { preview_url: string }[] }[] } }).items.data[0]!
      .attachments[0]!.preview_url;
    expect(fresh).not.toBe(old);
    expect((await fetch(fresh)).status).toBe(200);
    const feed = await fetch(`${url}/api/chatkit/threads/${thread}/stream?after=0&until=idle`, {
      headers: bearer('ann'),
    });
    const replayed = /"preview_url":"([^"]+)"/.exec(await feed.text())![1]!;
    expect((await fetch(replayed)).status).toBe(200);
  });
});

describe('reading', () => {
  it('the owner gets an address that is good for minutes, for this file only and for nobody else', async () => {
    const note = await uploaded('note.txt', 'text/plain', Buffer.from('The harbour opens at nine.'));
    const ask = (id: string, who: Who) => fetch(`${url}/api/chatkit/attachments/${id}`, { headers: bearer(who) });
    const { url: address } = (await (await ask(note.id, 'ann')).json()) as { url: string };
    const file = await fetch(address);
    expect([file.status, await file.text(), file.headers.get('content-disposition')]).toEqual([
      200,
      'The harbour opens at nine.',
      expect.stringMatching(/^attachment; filename="note\.txt"/),
    ]);
    expect(await refusal(await ask(note.id, 'bob'))).toBe(`404 not_found: Attachment ${note.id} not found`);
    expect((await fetch(`${url}/api/chatkit/attachments/${note.id}`)).status).toBe(401);
    const unsent = await announced('later.txt', 'text/plain', 3);
    expect((await ask(unsent.id, 'ann')).status).toBe(404);
    expect((await fetch(address.replace(note.id, unsent.id))).status).toBe(401);
    clock = 6 * 60_000;
    expect((await fetch(address)).status).toBe(401);
  });

  it('only by the owner, or with a ticket', async () => {
    const image = await uploaded('a.png', 'image/png', await png());
    for (const part of ['preview', 'content']) {
      const address = `${url}/api/attachments/${image.id}/${part}`;
      expect((await fetch(address)).status).toBe(401);
      expect(await refusal(await fetch(address, { headers: bearer('bob') }))).toBe(
        `404 not_found: Attachment ${image.id} not found`,
      );
      expect((await fetch(address, { headers: bearer('ann') })).status).toBe(200);
      expect((await fetch(`${address}?ticket=forged.x`, { headers: bearer('bob') })).status).toBe(404);
      const upload = new URL(image.upload_descriptor!.url).search;
      expect((await fetch(address + upload)).status).toBe(401);
    }
    const file = await uploaded('a.txt', 'text/plain', Buffer.from('a'));
    expect((await fetch(`${url}/api/attachments/${file.id}/preview`, { headers: bearer('ann') })).status).toBe(404);
    const pending = await announced('p.png', 'image/png', 9);
    expect((await fetch((pending as { preview_url: string }).preview_url)).status).toBe(404);
  });

  it('nothing runs in the page', async () => {
    const content = Buffer.from('# <script>alert(1)</script>');
    const { id } = await uploaded('ré"sumé.md', 'text/markdown', content);
    const answer = await fetch(`${url}/api/attachments/${id}/content`, { headers: bearer('ann') });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/markdown',
      'content-disposition': `attachment; filename="re_sume.md"; filename*=UTF-8''r%C3%A9%22sum%C3%A9.md`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'private, max-age=3600',
    });
    const image = await uploaded('a.png', 'image/png', await png());
    const preview = await fetch((image as { preview_url: string }).preview_url);
    expect(Object.fromEntries(preview.headers)).toMatchObject({
      'content-type': 'image/webp',
      'content-disposition': `inline; filename="a.png"; filename*=UTF-8''a.png`,
      // An element in a page of another origin shows it.
      'cross-origin-resource-policy': 'cross-origin',
      'content-security-policy': "default-src 'none'; sandbox",
    });
  });

  it('addresses begin with what the client asked, or with PUBLIC_URL', async () => {
    const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
      http
        .request(`${url}/api/chatkit`, {
          method: 'POST',
          headers: { host: 'chat.example', 'content-type': 'application/json', ...bearer('ann') },
        })
        .on('response', resolve)
        .on('error', reject)
        .end(
          JSON.stringify({ type: 'attachments.create', params: { name: 'a.txt', size: 1, mime_type: 'text/plain' } }),
        );
    });
    expect(JSON.parse(await readText(answer)).upload_descriptor.url).toMatch(
      /^http:\/\/chat\.example\/api\/attachments\//,
    );
  });
});

describe('removal', () => {
  it('by its owner, with its bytes', async () => {
    const { id } = await uploaded('a.png', 'image/png', await png());
    const remove = (who: Who) => chatkit({ type: 'attachments.delete', params: { attachment_id: id } }, who);
    expect((await remove('bob')).status).toBe(404);
    expect(onDisk()).toHaveLength(3);
    expect(await (await remove('ann')).json()).toEqual({});
    await nothingLeft();
    expect((await remove('ann')).status).toBe(404);
    expect((await send([id])).refused).toBe(`404 not_found: Attachment ${id} not found`);
  });

  it('with its thread', async () => {
    const kept = await uploaded('kept.txt', 'text/plain', Buffer.from('a'));
    const gone = await uploaded('gone.pdf', 'application/pdf', pdf('x'));
    await send([kept.id]);
    const { thread } = await send([gone.id]);
    expect(onDisk()).toHaveLength(3);
    await chatkit({ type: 'threads.delete', params: { thread_id: thread } });
    await vi.waitFor(() => expect(onDisk()).toHaveLength(1), patience);
    expect((await fetch(`${url}/api/attachments/${gone.id}/content`, { headers: bearer('ann') })).status).toBe(404);
  });

  it('at once, where a web process leaves the jobs to a worker', async () => {
    const [web, worker] = await Promise.all(
      [1, 2].map(() => createApp(config, { database, log: createLog('silent'), responder: { async *respond() {} } })),
    );
    worker!.jobs.start();
    web!.jobs.start({ wakesOnly: true });
    const { id } = await uploaded('a.txt', 'text/plain', Buffer.from('a'));
    const { thread } = await send([id]);
    // The worker has looked for work, found none, and looks again in a minute.
    await vi.waitFor(
      async () =>
        expect(
          (await database.pool.query(`SELECT 1 FROM pgboss.queue WHERE name = 'remove-released-files'`)).rowCount,
        ).toBe(1),
      patience,
    );
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(onDisk()).toHaveLength(1);
    const deleted = await web!.http.inject({
      method: 'POST',
      url: '/api/chatkit',
      headers: bearer('ann'),
      payload: { type: 'threads.delete', params: { thread_id: thread } },
    });
    expect(deleted.statusCode).toBe(200);
    await vi.waitFor(() => expect(onDisk()).toEqual([]), patience);
    const { rows } = await database.pool.query(
      `SELECT state FROM pgboss.job WHERE name = 'remove-released-files' AND state <> 'created'`,
    );
    expect(rows.length).toBeGreaterThan(0);
    await web!.close();
    await worker!.close();
  });

  it('after a day when it was never sent; what was sent stays', async () => {
    const sent = await uploaded('sent.txt', 'text/plain', Buffer.from('a'));
    await send([sent.id]);
    await uploaded('forgotten.png', 'image/png', await png());
    await announced('never-came.txt', 'text/plain', 3);
    const age = (interval: string) =>
      database.pool.query(`UPDATE attachments SET created_at = now() - $1::interval`, [interval]);
    await age('23 hours');
    await app.jobs.run('remove-files');
    expect((await database.pool.query('SELECT 1 FROM attachments')).rowCount).toBe(3);
    await age('25 hours');
    // Two processes at once do not get in each other's way.
    await Promise.all([app.jobs.run('remove-files'), app.jobs.run('remove-files')]);
    const { rows } = await database.pool.query('SELECT id FROM attachments');
    expect(rows).toEqual([{ id: sent.id }]);
    await vi.waitFor(() => expect(onDisk()).toHaveLength(1), patience);
    expect((await database.pool.query('SELECT 1 FROM file_removals')).rowCount).toBe(0);
  });

  it('bytes of an upload whose process died are removed when they are due', async () => {
    const { id } = await uploaded('a.txt', 'text/plain', Buffer.from('a'));
    const { rows } = await database.pool.query('SELECT file_key FROM attachments WHERE id = $1', [id]);
    // As the crash leaves it: bytes on the disk, their removal planned, no row that says "stored".
    await database.pool.query(`UPDATE attachments SET state = 'pending', file_key = NULL WHERE id = $1`, [id]);
    await database.pool.query(`INSERT INTO file_removals (key, due_at) VALUES ($1, now() + interval '1 hour')`, [
      rows[0].file_key,
    ]);
    await app.jobs.run('remove-files');
    expect(onDisk()).toHaveLength(1);
    await database.pool.query('UPDATE file_removals SET due_at = now()');
    await app.jobs.run('remove-files');
    expect(onDisk()).toEqual([]);
  });
});

it('random bytes of every kind are answered with a refusal, never with a fault', async () => {
  for (const mime of ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'application/pdf']) {
    const start = mime === 'application/pdf' ? pdf('x') : await { png, jpeg, gif, webp }[mime.slice(6) as 'png']();
    for (let round = 0; round < 6; round++) {
      const bytes = Buffer.from(start.subarray(0, 400_000));
      // Damaged here and there, its beginning left alone.
      for (let damage = 0; damage < 8; damage++)
        bytes[40 + Math.floor(Math.random() * (bytes.length - 40))] = randomBytes(1)[0]!;
      const { status } = await put(await announced('x', mime, bytes.length), bytes);
      expect([204, 400]).toContain(status);
    }
  }
});
