import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * How PostgreSQL's programs are started: they refuse to run as root, so a server that runs as root gives them another
 * account.
 */
export type Account = {
  /** Undefined when the server itself does not run as root: then it is the same account. */
  ids: { uid: number; gid: number } | undefined;
  /** The command to put before the program, and the ids to spawn it with. */
  command(program: string, args: string[]): { file: string; args: string[]; ids: { uid?: number; gid?: number } };
};

/**
 * @param cluster the database's directory, which may not exist yet; an existing one keeps its owner. Its parent exists.
 * @param programs the directory of the programs
 * @throws Error with what to do when there is no account, or none that may enter both
 */
export async function chooseAccount(cluster: string, programs: string): Promise<Account> {
  if (process.getuid?.() !== 0) return { ids: undefined, command: (file, args) => ({ file, args, ids: {} }) };
  const ids = (await ownerOf(cluster)) ?? (await findAccount());
  const directories = [dirname(cluster), programs];
  const plain: Account = { ids, command: (file, args) => ({ file, args, ids }) };
  // In a checkout below /root, other accounts cannot pass its mode 0700. The account gets that one right, to pass, and no
  // directory of the machine changes its mode. Containers have only the larger of the two.
  for (const account of [plain, withRight(ids, 'dac_read_search'), withRight(ids, 'dac_override')])
    if (await mayEnter(account, directories)) return account;
  throw new Error(
    `PostgreSQL does not run as root, and the account that it gets (uid ${ids.uid}) may not enter ${directories.join(' or ')}. Move the server and DATA_DIR to a folder that every account may enter, such as one below /srv, start it as another user, or set DATABASE_URL.`,
  );
}

/**
 * The account with one capability. Without that secure bit, access(2) ignores it, and initdb uses that to find its
 * programs.
 */
function withRight(ids: { uid: number; gid: number }, right: string): Account {
  const drop = [`--reuid=${ids.uid}`, `--regid=${ids.gid}`, '--clear-groups', '--securebits=+no_setuid_fixup'];
  const keep = [`--inh-caps=-all,+${right}`, `--ambient-caps=-all,+${right}`];
  return { ids, command: (file, args) => ({ file: 'setpriv', args: [...drop, ...keep, file, ...args], ids: {} }) };
}

/** Asks the kernel, as that account: modes do not reveal access lists, links and restrictions of a container. */
async function mayEnter(account: Account, directories: string[]): Promise<boolean> {
  const script = 'for directory; do test -x "$directory" || exit 1; done';
  const { file, args, ids } = account.command('/bin/sh', ['-c', script, 'sh', ...directories]);
  return run(file, args, { ...ids, cwd: '/' }).then(
    () => true,
    () => false,
  );
}

async function ownerOf(path: string): Promise<{ uid: number; gid: number } | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && found.uid !== 0 ? { uid: found.uid, gid: found.gid } : undefined;
}

async function findAccount(): Promise<{ uid: number; gid: number }> {
  const known = (await accountNamed('causerie')) ?? (await accountNamed('postgres'));
  if (known) return known;
  // Debian and Red Hat have useradd, Alpine has BusyBox's adduser. initdb needs the account to have a name.
  await run('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', 'causerie'])
    .catch(() => run('adduser', ['-S', '-D', '-H', 'causerie']))
    .catch(() => undefined);
  const made = (await accountNamed('causerie')) ?? (await accountNamed('nobody'));
  if (made) return made;
  throw new Error(
    'PostgreSQL does not run as root and no other account could be made. Start the server as another user, or set DATABASE_URL.',
  );
}

async function accountNamed(name: string): Promise<{ uid: number; gid: number } | undefined> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const fields = passwd
    .split('\n')
    .map((line) => line.split(':'))
    .find((parts) => parts[0] === name);
  return fields ? { uid: Number(fields[2]), gid: Number(fields[3]) } : undefined;
}
