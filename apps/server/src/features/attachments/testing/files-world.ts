import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Attachment } from '@causerie/chatkit';
import { beforeEach, expect, vi } from 'vitest';
import { refusalOf, world } from '../../../../testing/world.ts';

/** Bytes are removed a moment after the answer, or several on a busy machine. */
export const patience = { timeout: 15_000 };

/** A world of people who send files of at most 400 000 bytes, with none at the beginning of each test. */
export async function filesWorld() {
  const made = await world({ answers: { async *respond() {} }, env: { ATTACHMENT_MAX_BYTES: '400000' } });
  const { server, clock, directory } = made;
  const { app, database, url } = server;
  const people = { ann: made.ann, bob: made.bob };
  type Who = keyof typeof people;
  beforeEach(async () => {
    clock.reset();
    await database.pool.query('DELETE FROM attachments');
    await app.jobs.run('remove-files');
  });

  /** A refusal as one line. */
  async function refusal(response: Response): Promise<string> {
    const body = (await response.json()) as { error: { code: string; message: string; request_id: string } };
    expect(body.error.request_id).toBeTruthy();
    return refusalOf({ status: response.status, headers: {}, text: '', body });
  }
  const bearer = (who: Who) => people[who].headers;
  const chatkit = (request: object, who: Who = 'ann'): Promise<Response> =>
    fetch(`${url}/api/chatkit`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer(who) },
      body: JSON.stringify(request),
    });
  const announce = (name: string, mime_type: string, size: number, who: Who = 'ann') =>
    chatkit({ type: 'attachments.create', params: { name, size, mime_type } }, who);
  async function announced(name: string, mime_type: string, size: number, who: Who = 'ann'): Promise<Attachment> {
    const response = await announce(name, mime_type, size, who);
    expect(response.status).toBe(200);
    return (await response.json()) as Attachment;
  }
  /** Uploads as the element does, without any account: the address is enough. */
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
  /** Sends a message with these files; returns the refusal, or the files of the message. */
  async function send(attachments: string[], { thread, who = 'ann' }: { thread?: string; who?: Who } = {}) {
    const input = { content: [{ type: 'input_text', text: 'Look' }], attachments, inference_options: {} };
    const stream = await people[who].stream(thread ? 'threads.add_user_message' : 'threads.create', {
      input,
      ...(thread && { thread_id: thread }),
    });
    await stream.ended;
    if (stream.status !== 200) {
      const refused = refusalOf({ status: stream.status, headers: {}, text: '', body: JSON.parse(stream.raw()) });
      return { refused, thread: '', attachments: [] };
    }
    const done = stream.events().find((event) => event.type === 'thread.item.done') as {
      item: { thread_id: string; attachments: Attachment[] };
    };
    return { refused: undefined, thread: done.item.thread_id, attachments: done.item.attachments };
  }
  /** The paths of all files on the disk. */
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
  const parts = { refusal, bearer, chatkit, announce, announced, put, uploaded, direct, send, onDisk, nothingLeft };
  return { ...made, ...parts, app, database, url };
}
