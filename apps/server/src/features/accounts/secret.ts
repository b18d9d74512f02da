import { hkdfSync, randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config.ts';

/** The keys of this installation, one for each use, so that what one signs means nothing to another. */
export type Keys = {
  accessTokens: Buffer;
  refreshTokens: Buffer;
  secondFactors: Buffer;
  recoveryCodes: Buffer;
  knownPlaces: Buffer;
};

/** Derives the keys from `AUTH_SECRET_KEY`, or from a secret made once into `DATA_DIR/auth-secret` (mode 0600). */
export async function loadKeys({
  AUTH_SECRET_KEY,
  DATA_DIR,
}: Pick<Config, 'AUTH_SECRET_KEY' | 'DATA_DIR'>): Promise<Keys> {
  const secret = AUTH_SECRET_KEY ?? (await ownSecret(DATA_DIR));
  const key = (use: string) => Buffer.from(hkdfSync('sha256', secret, '', `causerie ${use}`, 32));
  return {
    accessTokens: key('access tokens'),
    refreshTokens: key('refresh tokens'),
    secondFactors: key('second factor secrets'),
    recoveryCodes: key('recovery codes'),
    knownPlaces: key('known places'),
  };
}

/** A key for something else this server signs, told apart by its use. */
export async function deriveKey(config: Pick<Config, 'AUTH_SECRET_KEY' | 'DATA_DIR'>, use: string): Promise<Buffer> {
  const secret = config.AUTH_SECRET_KEY ?? (await ownSecret(config.DATA_DIR));
  return Buffer.from(hkdfSync('sha256', secret, '', `causerie ${use}`, 32));
}

async function ownSecret(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, 'auth-secret');
  try {
    // 'wx': of two processes that start together, one makes it and both read it.
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(randomBytes(48).toString('base64url'));
    await file.close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  for (let tries = 0; tries < 50; tries++) {
    const secret = await readFile(path, 'utf8');
    if (secret.length === 64) return secret;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${path} is damaged. Remove it (everybody signs in again), or set AUTH_SECRET_KEY.`);
}
