import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FSDriver } from 'flydrive/drivers/fs';

/**
 * A directory whose files are whole or absent: the driver's own `put` writes in place, so a crash leaves half a file, and a
 * power cut may leave an empty one long after it was reported as written.
 */
export class DurableDirectory extends FSDriver {
  override async put(key: string, contents: string | Uint8Array): Promise<void> {
    const { location } = this.options;
    const root = location instanceof URL ? fileURLToPath(location) : location;
    const path = join(root, key);
    const directory = dirname(path);
    const part = `${path}.${randomUUID()}.part`;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    try {
      const file = await open(part, 'wx', 0o600);
      try {
        await file.writeFile(contents);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
    await syncDirectory(directory);
    // The key's first part is a new directory.
    await syncDirectory(dirname(directory));
  }

  /** Removes the key's directory too once it is empty. */
  override async delete(key: string): Promise<void> {
    const { location } = this.options;
    const path = join(location instanceof URL ? fileURLToPath(location) : location, key);
    await rm(path, { force: true });
    await rmdir(dirname(path)).catch(() => {});
  }
}

async function syncDirectory(path: string): Promise<void> {
  // Windows cannot open directories; its file system orders these writes by itself.
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
