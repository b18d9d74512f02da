import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { copyCheckout, makeReadOnly, placeNode } from './testing/checkout.ts';
import { repository, startServer } from './testing/processes.ts';

// The server starts from any folder a person can use, with the embedded database.

vi.setConfig({ testTimeout: 60_000 });

const isRoot = process.getuid?.() === 0;
/** Another user of the machine, where the tests may choose one. */
const nobody = isRoot ? { uid: 65534, gid: 65534 } : {};
const directory = mkdtempSync(join(tmpdir(), 'causerie-folders-'));
const open = join(directory, 'Été à la mer');
const closed = join(directory, 'closed');
let node: string;

beforeAll(() => {
  chmodSync(directory, 0o755);
  node = placeNode(directory);
  mkdirSync(open);
  mkdirSync(closed, { mode: 0o700 });
  copyCheckout(join(open, 'causerie'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Starts a server there, and sees that it is ready and stops. */
async function startsAndStops(cwd: string, env: Record<string, string>, ids = {}) {
  const server = await startServer(env, [node, 'apps/server/src/main.ts'], { cwd, ...ids });
  expect(await server.stop()).toBe(0);
}

/** What a server says that cannot start. */
function refusal(cwd: string, env: Record<string, string>, ids = {}) {
  const { status, stderr } = spawnSync(node, ['apps/server/src/main.ts'], {
    ...{ cwd, ...ids, encoding: 'utf8' as const, timeout: 30_000 },
    env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'silent', ...env },
  });
  expect(status).toBe(1);
  return stderr;
}

it('of a path with spaces and accents, in a checkout whose packages belong to somebody else', async () => {
  const cwd = join(open, 'causerie');
  mkdirSync(join(cwd, 'data'));
  if (isRoot) chownSync(join(cwd, 'data'), nobody.uid!, nobody.gid!);
  await startsAndStops(cwd, {}, nobody);
  expect(existsSync(join(cwd, 'data/postgres/PG_VERSION'))).toBe(true);
});

it('with a locale that the system does not have, or none, and an odd time zone', async () => {
  const data = { DATA_DIR: join(directory, 'locale') };
  const locale = 'xx_YY.UTF-8';
  const zone = { TZ: ':/etc/localtime' };
  await startsAndStops(repository, {
    ...data,
    ...zone,
    LANG: locale,
    LC_ALL: locale,
    LC_MESSAGES: locale,
    LANGUAGE: 'xx',
  });
  // And again on the same data.
  await startsAndStops(repository, { ...data, LANG: '', LC_ALL: '', TZ: 'Mars/Olympus_Mons' });
});

it('of a read-only checkout, with DATA_DIR elsewhere; without it, it says what to set', async () => {
  const cwd = join(open, 'causerie');
  rmSync(join(cwd, 'data'), { recursive: true, force: true });
  const undo = makeReadOnly(cwd);
  try {
    expect(refusal(cwd, {}, nobody)).toMatch(
      /^Causerie cannot start: DATA_DIR must be a folder that can be written to \([^\n]+\)\n$/,
    );
    const data = join(directory, 'données');
    mkdirSync(data);
    // As after a start from a checkout that has moved since.
    mkdirSync(join(data, 'postgres-libraries'));
    symlinkSync('/moved/libpq.so.5', join(data, 'postgres-libraries/libpq.so.5'));
    for (const path of [data, join(data, 'postgres-libraries')]) if (isRoot) chownSync(path, nobody.uid!, nobody.gid!);
    await startsAndStops(cwd, { DATA_DIR: data }, nobody);
  } finally {
    undo();
  }
});

it.skipIf(!isRoot)('as a user id without a name, it says what to do in one sentence', () => {
  const data = join(directory, 'nameless');
  mkdirSync(data);
  chownSync(data, 54321, 54321);
  const said = refusal(join(open, 'causerie'), { DATA_DIR: data }, { uid: 54321, gid: 54321 });
  expect(said).toMatch(/^Causerie cannot start: [^\n]*54321[^\n]* DATABASE_URL[^\n]*\n$/);
});

it.skipIf(!isRoot)('as root, all of it below a folder that only root may enter', async () => {
  const cwd = join(closed, 'causerie');
  renameSync(join(open, 'causerie'), cwd);
  await startsAndStops(cwd, {});
  expect(statSync(closed).mode & 0o777).toBe(0o700);
  expect(statSync(join(cwd, 'data/postgres')).uid).not.toBe(0);
});

it.skipIf(!isRoot)('as root, through a link into such a folder', async () => {
  symlinkSync(closed, join(directory, 'link'));
  await startsAndStops(repository, { DATA_DIR: join(directory, 'link/data') });
});

it.skipIf(!isRoot)('as root where that cannot be, it says what to do in one sentence', () => {
  // Without setpriv, as on Alpine, no account can be let in.
  const said = refusal(join(closed, 'causerie'), { PATH: dirname(node), DATA_DIR: join(closed, 'other') });
  expect(said).toMatch(
    /^Causerie cannot start: PostgreSQL does not run as root, [^\n]+ Move the server and DATA_DIR [^\n]+\n$/,
  );
});
