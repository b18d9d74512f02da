import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { AppError } from '../../../../errors.ts';
import { createSecondFactorQueries, type SecondFactorRow } from './queries.ts';
import { base32, stepOf } from './totp.ts';

/** What somebody needs to set up an app; shown once. */
export type Enrolment = { uri: string; secret: string; recovery_codes: string[] };

const recoveryCodes = 10;
/** No letters that look like digits, none that need explaining. */
const letters = 'abcdefghjkmnpqrstuvwxyz23456789';

/**
 * Codes of an authenticator app (TOTP), and recovery codes for the day the phone is gone. A code works once: whoever reads
 * it over a shoulder, or in the request that carried it, has nothing.
 */
export function createSecondFactors(deps: {
  pool: Pool;
  keys: { encryption: Buffer; recovery: Buffer };
  /** The name that the app shows. */
  issuer: string;
  now: () => number;
  /** Whether one is in force is another now. */
  onChanged: () => void;
}) {
  const { keys, issuer, now, onChanged } = deps;
  const queries = createSecondFactorQueries(deps.pool);
  // With a key: who has the database alone cannot even begin to guess.
  const hashOf = (code: string) =>
    createHmac('sha256', keys.recovery)
      .update(code.toLowerCase().replace(/[^a-z0-9]/g, ''))
      .digest();

  const stepIn = (row: SecondFactorRow, personId: string, code: string): number | undefined => {
    const secret = open(row.secret, personId, keys.encryption);
    return secret && stepOf(secret, code, now(), row.lastStep);
  };

  return {
    /** Makes a secret, which is not in force yet. Throws `conflict` where one is. */
    async start(person: { id: string; email: string }): Promise<Enrolment> {
      const secret = randomBytes(20);
      const codes = Array.from({ length: recoveryCodes }, newRecoveryCode);
      if (!(await queries.begin(person.id, seal(secret, person.id, keys.encryption), codes.map(hashOf))))
        throw new AppError('conflict', 'Two-factor sign-in is in force already.');
      const text = base32(secret);
      const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(person.email)}`;
      const uri = `otpauth://totp/${label}?secret=${text}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=6&period=30`;
      return { uri, secret: text, recovery_codes: codes };
    },

    /** Puts the secret in force, by a code that the app made of it. Throws `code_wrong`. */
    async confirm(personId: string, code: string): Promise<void> {
      const row = await queries.find(personId);
      const step = row && !row.confirmed ? stepIn(row, personId, code) : undefined;
      if (step === undefined || !(await queries.confirm(personId, step))) throw new AppError('code_wrong');
      onChanged();
    },

    /** Takes a code or a recovery code, for this once. Throws `code_wrong`. */
    async use(personId: string, code: string, kind: 'totp' | 'recovery'): Promise<void> {
      if (kind === 'recovery') {
        if (!(await queries.useRecoveryCode(personId, hashOf(code)))) throw new AppError('code_wrong');
        return;
      }
      const row = await queries.find(personId);
      const step = row?.confirmed ? stepIn(row, personId, code) : undefined;
      if (step === undefined || !(await queries.useStep(personId, step))) throw new AppError('code_wrong');
    },

    /** Ends it; the recovery codes go with it. */
    async stop(personId: string): Promise<void> {
      await queries.remove(personId);
      onChanged();
    },
  };
}

/** 60 bits, in three groups. */
function newRecoveryCode(): string {
  // 248 is the largest multiple of 31 in a byte: below it, every letter is as likely as any other.
  let text = '';
  while (text.length < 12) {
    const [byte] = randomBytes(1);
    if (byte! < 248) text += letters[byte! % letters.length];
  }
  return `${text.slice(0, 4)}-${text.slice(4, 8)}-${text.slice(8)}`;
}

/** AES-256-GCM: 12 bytes of nonce, 16 of tag, then the text. Bound to its person: a row copied to another opens nothing. */
function seal(secret: Buffer, personId: string, key: Buffer): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(personId));
  const text = Buffer.concat([cipher.update(secret), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

/** Nothing when it was sealed for another person, or with the key of another AUTH_SECRET_KEY. */
function open(sealed: Buffer, personId: string, key: Buffer): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAAD(Buffer.from(personId));
  decipher.setAuthTag(sealed.subarray(12, 28));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
  } catch {
    return undefined;
  }
}
