import http from 'node:http';
import { text as readText } from 'node:stream/consumers';
import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { filesWorld, patience } from './testing/files-world.ts';
import { gif, jpeg, pdf, png, webp, zip } from './testing/samples.ts';

const { bearer, announce, announced, put, uploaded, send, refusal, onDisk, nothingLeft, clock, url } =
  await filesWorld();

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
    clock.reset();
    clock.advance(601_000);
    expect(await refusal(await put(attachment, Buffer.from('ab')))).toBe(
      '403 forbidden: This upload address has expired. Ask for a new one.',
    );
    clock.reset();
    clock.advance(599_000);
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
