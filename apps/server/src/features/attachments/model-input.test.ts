import sharp from 'sharp';
import { expect, it } from 'vitest';
import { world } from '../../../testing/world.ts';
import { jpeg, pdf, png } from './testing/samples.ts';

const { ann, server, model } = await world({
  env: { MODEL_API: 'responses', ATTACHMENT_MODEL_IMAGES: '2', ATTACHMENT_MODEL_CHARACTERS: '60' },
  people: ['ann'],
});
const { app } = server;
const { authorization } = ann.headers;

async function upload(name: string, mime: string, bytes: Buffer): Promise<string> {
  const made = await app.http.inject({
    method: 'POST',
    url: '/api/chatkit',
    headers: { authorization },
    payload: { type: 'attachments.create', params: { name, mime_type: mime, size: bytes.length } },
  });
  const { id, upload_descriptor } = made.json();
  const { pathname, search } = new URL(upload_descriptor.url);
  const answer = await app.http.inject({
    method: 'PUT',
    url: pathname + search,
    headers: upload_descriptor.headers,
    payload: bytes,
  });
  expect(answer.statusCode).toBe(204);
  return id;
}

/** Sends a message and gives the parts of all user messages the model was then asked with. */
async function ask(thread: string | undefined, attachments: string[]) {
  const input = { content: [{ type: 'input_text', text: 'What is this?' }], attachments, inference_options: {} };
  const isAnswer = ({ body }: { body: unknown }) => JSON.stringify(body).includes('"input_text"');
  model.script({ text: 'Seen.', when: isAnswer });
  // The title of a new thread is looked for beside the answer.
  if (!thread) model.script({ text: 'Files', optional: true, when: (request) => !isAnswer(request) });
  const before = model.requests.length;
  const answer = await app.http.inject({
    method: 'POST',
    url: '/api/chatkit',
    headers: { authorization },
    payload: thread
      ? { type: 'threads.add_user_message', params: { thread_id: thread, input } }
      : { type: 'threads.create', params: { input } },
  });
  expect(answer.body).toContain('Seen.');
  const request = model.requests.slice(before).find(isAnswer)!;
  const messages = (
    request.body as { input: { role: string; content: { type: string; text?: string; image_url?: string }[] }[] }
  ).input;
  return {
    thread: /"thread_id":"(thr_[^"]+)"/.exec(answer.body)![1]!,
    parts: messages.filter(({ role }) => role === 'user').map(({ content }) => content.slice(1)),
  };
}

it('a model is shown images without their metadata, and the text of PDF and text files under their names', async () => {
  const ids = [
    await upload('photo.jpg', 'image/jpeg', await jpeg(3000, 1000)),
    await upload('report.pdf', 'application/pdf', pdf('Sales rose by 12 percent.')),
    await upload('notes.md', 'text/markdown', Buffer.from('# Été\nall of this is too long to be given')),
    await upload('scan.pdf', 'application/pdf', pdf('')),
  ];
  const { parts, thread } = await ask(undefined, ids);
  const [[image, report, notes, scan] = []] = parts;
  expect(image?.type).toBe('input_image');
  const bytes = Buffer.from(image!.image_url!.replace('data:image/jpeg;base64,', ''), 'base64');
  const about = await sharp(bytes).metadata();
  expect([about.format, about.width, about.height, about.exif]).toEqual(['jpeg', 683, 2048, undefined]);
  expect(report?.text).toBe(
    '[Attached file: report.pdf (application/pdf)]\n[Page 1]\nSales rose by 12 percent.\n[End of report.pdf]',
  );
  // Sixty characters in all; the PDF took 34.
  expect(notes?.text).toBe(
    '[Attached file: notes.md (text/markdown); only the first 26 characters are shown]\n# Été\nall of this is too l\n[End of notes.md]',
  );
  expect(scan?.text).toBe('[Attached file: scan.pdf (application/pdf). It holds no text that can be read.]');

  // Later in the thread: what is new comes first, and what goes beyond the share is only named.
  const later = [
    await upload('b.png', 'image/png', await png()),
    await upload('c.txt', 'text/plain', Buffer.from('x'.repeat(60))),
  ];
  const second = await ask(thread, later);
  expect(second.parts.at(-1)).toEqual([
    { type: 'input_image', image_url: expect.stringMatching(/^data:image\/jpeg/), detail: 'auto' },
    { type: 'input_text', text: `[Attached file: c.txt (text/plain)]\n${'x'.repeat(60)}\n[End of c.txt]` },
  ]);
  expect(second.parts[0]?.map(({ type, text }) => text ?? type)).toEqual([
    'input_image',
    '[Attached file: report.pdf (application/pdf). Its text was shown earlier.]',
    '[Attached file: notes.md (text/markdown). Its text was shown earlier.]',
    '[Attached file: scan.pdf (application/pdf). It holds no text that can be read.]',
  ]);

  // A file that was deleted is not kept from the model's view of the thread in silence.
  await app.http.inject({
    method: 'POST',
    url: '/api/chatkit',
    headers: { authorization },
    payload: { type: 'attachments.delete', params: { attachment_id: ids[0] } },
  });
  const third = await ask(thread, [await upload('d.png', 'image/png', await png())]);
  expect(third.parts[0]?.[0]?.text).toBe('[Attached file: photo.jpg. It has been deleted.]');
  expect(third.parts.flat().filter(({ type }) => type === 'input_image')).toHaveLength(2);
});

it('a table is read as Excel wrote it', async () => {
  const text = 'Été;12 €\r\n';
  const ids = [
    await upload('mark.csv', 'text/csv', Buffer.from(`\ufeff${text}`)),
    await upload('windows.csv', 'text/csv', Buffer.from(text.replace('€', '\u0080'), 'latin1')),
    await upload('unicode.csv', 'text/csv', Buffer.from(`\ufeff${text}`, 'utf16le')),
    await upload('données été.csv'.normalize('NFD'), 'text/csv', Buffer.from(text)),
  ];
  const { parts } = await ask(undefined, ids);
  expect(parts[0]).toHaveLength(4);
  for (const { text: told } of parts[0]!) expect(told).toContain(text);
});
