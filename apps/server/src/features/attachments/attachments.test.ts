import http from 'node:http';
import { text as readText } from 'node:stream/consumers';
import type { Attachment } from '@causerie/chatkit';
import { describe, expect, it } from 'vitest';
import { filesWorld } from './testing/files-world.ts';
import { png, webp } from './testing/samples.ts';

const { bearer, chatkit, announced, uploaded, direct, send, refusal, nothingLeft, clock, database, url, server, ann } =
  await filesWorld();

type Who = 'ann' | 'bob';

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
    clock.reset();
    clock.advance(2 * 3_600_000);
    expect((await fetch(old)).status).toBe(401);
    // By cookie or token the owner may go on using the old address.
    expect((await fetch(old, { headers: bearer('ann') })).status).toBe(401);
    const again = await server.signIn(ann);
    expect((await fetch(old, { headers: again.headers })).status).toBe(200);
    const loaded = await again.chatkit('threads.get_by_id', { thread_id: thread });
    const fresh = loaded.body.items.data[0].attachments[0].preview_url;
    expect(fresh).not.toBe(old);
    expect((await fetch(fresh)).status).toBe(200);
    const feed = await again.get(`/api/chatkit/threads/${thread}/stream?after=0&until=idle`);
    const replayed = /"preview_url":"([^"]+)"/.exec(feed.text)![1]!;
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
    clock.reset();
    clock.advance(6 * 60_000);
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
