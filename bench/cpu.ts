import { readdirSync, readFileSync } from 'node:fs';

/** The kernel counts in hundredths of a second. */
const ticksPerSecond = 100;

/** What a process has used of processors so far, in seconds: in itself and in its kernel calls, with all its threads. */
export function cpuSeconds(pid: number): number {
  const { used } = readStat(pid)!;
  return used;
}

/** The same for a process with those it started and their own; of children that have ended too, which PostgreSQL has many of. */
export function cpuSecondsOfTree(root: number): number {
  const all = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : null;
    if (stat) all.set(Number(name), stat);
  }
  const sum = (pid: number): number => {
    const { used = 0, usedByEnded = 0 } = all.get(pid) ?? {};
    let total = used + usedByEnded;
    for (const [child, { parent }] of all) if (parent === pid) total += sum(child);
    return total;
  };
  return sum(root);
}

/** What a process holds in memory, in megabytes. */
export function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024) / 1e6;
}

type Stat = { parent: number; used: number; usedByEnded: number };

/** Null when the process has ended. Fields as in proc(5); the second holds the name, with anything in it. */
function readStat(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const seconds = (from: number) => (fields[from - 3]! + fields[from - 2]!) / ticksPerSecond;
    return { parent: fields[1]!, used: seconds(14), usedByEnded: seconds(16) };
  } catch {
    return null;
  }
}
