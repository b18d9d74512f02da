import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How a program of PostgreSQL is started: it refuses to run as root, so there it gets an account of its own. */
export type Account = {
  /** Undefined when the server itself does not run as root: then it is the same account. */
  ids: { uid: number; gid: number } | undefined;
  /** The words to put before the program, and the ids to spawn it with. */
  command(program: string, args: string[]): { file: string; args: string[]; ids: { uid?: number; gid?: number } };
};

/**
 * @param cluster the database's directory, which may not exist yet; an existing one keeps its owner.
 * @param programs the directory of the programs.
 */
export async function chooseAccount(cluster: string, programs: string): Promise<Account> {
  if (process.getuid?.() !== 0) return { ids: undefined, command: (file, args) => ({ file, args, ids: {} }) };
  const ids = (await ownerOf(cluster)) ?? (await findAccount());
  if ((await mayEnter(dirname(cluster), ids)) && (await mayEnter(programs, ids)))
    return { ids, command: (file, args) => ({ file, args, ids }) };
  // A checkout below /root: other accounts may not pass through its 0700. The account is given that one right, to pass,
  // and no directory of the machine changes its mode.
  const right = await rightToPass();
  const drop = [`--reuid=${ids.uid}`, `--regid=${ids.gid}`, '--clear-groups'];
  const keep = [`--inh-caps=-all,+${right}`, `--ambient-caps=-all,+${right}`];
  return {
    ids,
    command: (program, args) => ({ file: 'setpriv', args: [...drop, ...keep, program, ...args], ids: {} }),
  };
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

async function mayEnter(directory: string, { uid, gid }: { uid: number; gid: number }): Promise<boolean> {
  const { mode, uid: owner, gid: group } = await stat(directory);
  const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
  if ((mode & bit) === 0) return false;
  return dirname(directory) === directory || mayEnter(dirname(directory), { uid, gid });
}

/** The smaller of the two capabilities that let a process pass through closed directories; containers keep the larger. */
async function rightToPass(): Promise<string> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const held = Number.parseInt(/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0', 16);
  const right = held & 4 ? 'dac_read_search' : held & 2 ? 'dac_override' : undefined;
  const works = await run('setpriv', ['--version']).then(
    () => true,
    () => false,
  );
  if (right && works) return right;
  throw new Error(
    'PostgreSQL does not run as root, and its account may not enter this directory. Move the server and DATA_DIR out of /root, start it as another user, or set DATABASE_URL.',
  );
}
