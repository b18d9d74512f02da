import { randomBytes } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { filesWorld, patience } from './testing/files-world.ts';
import { gif, jpeg, pdf, png, webp } from './testing/samples.ts';

const { bearer, chatkit, announced, put, uploaded, send, onDisk, nothingLeft, app, database, url, startProcess, ann } =
  await filesWorld();

type Who = 'ann' | 'bob';

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
    const [web, worker] = [await startProcess(), await startProcess()];
    worker.app.jobs.start();
    web.app.jobs.start({ wakesOnly: true });
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
    const deleted = await ann.at(web).chatkit('threads.delete', { thread_id: thread });
    expect(deleted.status).toBe(200);
    await vi.waitFor(() => expect(onDisk()).toEqual([]), patience);
    const { rows } = await database.pool.query(
      `SELECT state FROM pgboss.job WHERE name = 'remove-released-files' AND state <> 'created'`,
    );
    expect(rows.length).toBeGreaterThan(0);
    await web.close();
    await worker.close();
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
