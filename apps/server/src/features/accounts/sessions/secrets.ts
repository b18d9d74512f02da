import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits, in letters that need no escaping in a cookie, a header or an address. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** What a secret is known by. Of 256 random bits a plain hash is enough: there is nothing to guess. */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();
