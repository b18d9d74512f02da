import { randomBytes } from 'node:crypto';

/**
 * A new id: `<prefix>_` and 36 hex digits, of which the first 12 are the time in milliseconds, as in a UUIDv7 (RFC 9562), so
 * that ids sort by the time they were made; the other 24 are random. ChatKit's clients know the prefixes `thr`, `msg`, `tc`,
 * `wf`, `tsk`, `atc` and `shcx`.
 */
export const newId = (prefix: string, now: number = Date.now()): string =>
  `${prefix}_${now.toString(16).padStart(12, '0')}${randomBytes(12).toString('hex')}`;
