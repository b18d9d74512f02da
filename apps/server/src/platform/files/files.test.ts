import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFiles, type Files } from './index.ts';
import { type BucketServer, startBucketServer } from './testing/bucket-server.ts';

const directory = mkdtempSync(join(tmpdir(), 'causerie-files-'));
let server: BucketServer;

beforeAll(async () => {
  server = await startBucketServer('the secret');
});
afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true });
});

const bucket = (secretAccessKey = 'the secret') =>
  createFiles({
    s3: {
      bucket: 'chat',
      region: 'eu-west-3',
      endpoint: server.endpoint,
      accessKeyId: 'id',
      secretAccessKey,
      pathStyle: true,
    },
  });

describe.each<[string, () => Files]>([
  ['a directory', () => createFiles({ directory: join(directory, 'files') })],
  ['a bucket', bucket],
])('%s', (_, make) => {
  it('gives back what was put, and forgets what was removed', async () => {
    const files = make();
    const bytes = Buffer.from([0, 1, 2, 255]);
    await files.put('ab12/content', bytes);
    expect((await files.read('ab12/content')).equals(bytes)).toBe(true);
    const opened = await files.open('ab12/content');
    expect([opened?.size, await buffer(opened!.stream)]).toEqual([4, bytes]);
    await files.put('ab12/content', Buffer.from('new'));
    expect(String(await files.read('ab12/content'))).toBe('new');
    await files.remove('ab12/content');
    await files.remove('ab12/content');
    expect(await files.open('ab12/content')).toBeUndefined();
    await expect(files.read('ab12/content')).rejects.toThrow();
  });

  it('many at once', async () => {
    const files = make();
    const keys = Array.from({ length: 20 }, (_, at) => `many${at % 3}/${at}`);
    await Promise.all(keys.map((key) => files.put(key, Buffer.from(key))));
    for (const key of keys) expect(String(await files.read(key))).toBe(key);
    await Promise.all(keys.map((key) => files.remove(key)));
  });
});

it('a directory holds nothing but whole files, and no empty folders', async () => {
  const root = join(directory, 'clean');
  const files = createFiles({ directory: root });
  await files.put('k/content', Buffer.from('a'));
  expect(readdirSync(root, { recursive: true }).sort()).toEqual(['k', 'k/content']);
  await files.remove('k/content');
  expect(readdirSync(root)).toEqual([]);
  // A folder in the place of the file: the write fails, and its beginning does not stay behind.
  await files.put('k/content/x', Buffer.from('a'));
  await expect(files.put('k/content', Buffer.from('b'))).rejects.toThrow();
  expect(readdirSync(join(root, 'k'))).toEqual(['content']);
});

it('a bucket is asked at its own address, and a wrong secret is refused', async () => {
  server.asked.length = 0;
  await bucket().put('key/content', Buffer.from('a'));
  expect(server.asked).toEqual(['PUT /chat/key/content?x-id=PutObject']);
  const away = { code: 'bad_gateway', message: 'The place where files are kept does not answer.' };
  const wrong = bucket('wrong');
  await expect(wrong.put('key/content', Buffer.from('b'))).rejects.toMatchObject(away);
  await expect(wrong.open('key/content')).rejects.toMatchObject(away);
  expect(String(server.objects.get('/chat/key/content'))).toBe('a');
});
