import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { world } from '../../../testing/world.ts';
import { startBucketServer } from '../../platform/files/testing/bucket-server.ts';
import { png } from './testing/samples.ts';

/** Bytes go a moment after the answer, or several on a machine that has much to do. */
const patience = { timeout: 15_000 };
const bucket = await startBucketServer('top secret');
afterAll(() => bucket.close());
const { ann, server, directory } = await world({
  env: {
    S3_BUCKET: 'causerie',
    S3_REGION: 'eu-west-3',
    S3_ENDPOINT: bucket.endpoint,
    S3_ACCESS_KEY_ID: 'id',
    S3_SECRET_ACCESS_KEY: 'top secret',
  },
  people: ['ann'],
});
const { app, database } = server;
const { authorization } = ann.headers;

const chatkit = (payload: object) =>
  app.http.inject({ method: 'POST', url: '/api/chatkit', headers: { authorization }, payload });

async function upload(bytes: Buffer) {
  const params = { name: 'a.png', mime_type: 'image/png', size: bytes.length };
  const { id, upload_descriptor } = (await chatkit({ type: 'attachments.create', params })).json();
  const { pathname, search } = new URL(upload_descriptor.url);
  const put = () =>
    app.http.inject({ method: 'PUT', url: pathname + search, headers: upload_descriptor.headers, payload: bytes });
  const read = () => app.http.inject({ url: `/api/attachments/${id}/content`, headers: { authorization } });
  const remove = () => chatkit({ type: 'attachments.delete', params: { attachment_id: id } });
  return { put, read, remove };
}

it('files are kept in a bucket, and nowhere else', async () => {
  const bytes = await png();
  const file = await upload(bytes);
  expect((await file.put()).statusCode).toBe(204);
  expect([...bucket.objects.keys()].map((key) => key.replace(/[0-9a-f]{32}/, 'KEY')).sort()).toEqual([
    '/causerie/KEY/content',
    '/causerie/KEY/model',
    '/causerie/KEY/preview',
  ]);
  expect(existsSync(join(directory, 'files'))).toBe(false);
  const content = await file.read();
  expect([content.statusCode, content.rawPayload.equals(bytes)]).toEqual([200, true]);
  await file.remove();
  await vi.waitFor(() => expect(bucket.objects.size).toBe(0), patience);
});

it('while the bucket is away nothing is promised, and nothing is forgotten', async () => {
  const kept = await upload(await png());
  await kept.put();
  const late = await upload(await png());
  bucket.down = true;
  const refused = await late.put();
  expect([refused.statusCode, refused.json().error]).toMatchObject([
    502,
    { code: 'bad_gateway', message: 'The place where files are kept does not answer.' },
  ]);
  expect((await kept.read()).statusCode).toBe(502);
  expect((await kept.remove()).statusCode).toBe(200);
  expect((await kept.read()).statusCode).toBe(404);
  await app.jobs.run('remove-files');

  bucket.down = false;
  expect(bucket.objects.size).toBe(3);
  expect((await late.put()).statusCode).toBe(204);
  await database.pool.query('UPDATE file_removals SET due_at = now()');
  await app.jobs.run('remove-files');
  expect(bucket.objects.size).toBe(3);
  await late.remove();
  await vi.waitFor(() => expect(bucket.objects.size).toBe(0), patience);
});
