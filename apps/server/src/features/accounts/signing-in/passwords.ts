import { AppError } from '../../../errors.ts';

/** OWASP's least for argon2id: 19 MiB, two passes, one lane. About 16 ms on a small server. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Hashes at a time: they run on threads that files and DNS share, and a storm of logins must not starve streams. */
const atOnce = 2;
/** Beyond this many waiting, a login would outwait its person anyway. */
const longestQueue = 64;

let running = 0;
const queue: (() => void)[] = [];

/**
 * Hashes a password (argon2id, PHC string), in the one form of its characters that keyboards and systems agree on: an é is one
 * character on one machine and two on another (NFKC, as RFC 8265 and NIST SP 800-63B have it). Throws `rate_limited` when too
 * many wait.
 */
export function hashPassword(password: string): Promise<string> {
  return bounded(async () => (await import('@node-rs/argon2')).hash(password.normalize('NFKC'), cost));
}

/** Whether the password is the one of the hash. Without a hash it takes as long and is false: time tells nothing. */
export async function isPassword(password: string, hash: string | null | undefined): Promise<boolean> {
  const against = hash ?? (await nobodysHash());
  // As it was typed too: hashes of before were made of that.
  const forms = new Set([password.normalize('NFKC'), password]);
  for (const form of forms) {
    const same = await bounded(async () => (await import('@node-rs/argon2')).verify(against, form).catch(() => false));
    if (same) return hash != null;
  }
  return false;
}

/** Whether two passwords are the same one. */
export const isSamePassword = (one: string, other: string): boolean =>
  one.normalize('NFKC') === other.normalize('NFKC');

let nobody: Promise<string> | undefined;
function nobodysHash(): Promise<string> {
  nobody ??= hashPassword('the password of nobody');
  return nobody;
}

async function bounded<T>(work: () => Promise<T>): Promise<T> {
  if (running >= atOnce) {
    if (queue.length >= longestQueue) throw new AppError('rate_limited', undefined, { retryAfter: 2 });
    await new Promise<void>((start) => queue.push(start));
  } else running++;
  try {
    return await work();
  } finally {
    // The place is handed on, so nobody slips in between.
    const next = queue.shift();
    if (next) next();
    else running--;
  }
}
