import { createHmac, timingSafeEqual } from 'node:crypto';

// RFC 6238 with what every authenticator app takes for granted: SHA-1, 30 seconds, 6 digits. Written out here because we
// need the step that a code belongs to, so as to take no code twice, and libraries tell only yes or no.
const stepMs = 30_000;
const digits = 6;
/** A clock may be one step off, either way. */
const drift = 1;

/** The number of the time step, which is what a code is made of. */
export const stepAt = (ms: number): number => Math.floor(ms / stepMs);

/** The code of a step (RFC 4226, 5.3). */
export function codeOf(secret: Buffer, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const at = mac[mac.length - 1]! & 0xf;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 10 ** digits).padStart(digits, '0');
}

/** The step that the code is right for around this time, oldest first, beyond the last used one. */
export function stepOf(secret: Buffer, code: string, ms: number, lastStep: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const given = Buffer.from(code);
  for (let step = stepAt(ms) - drift; step <= stepAt(ms) + drift; step++)
    if (step > lastStep && timingSafeEqual(given, Buffer.from(codeOf(secret, step)))) return step;
  return undefined;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648, without padding: how apps want a secret. */
export function base32(bytes: Buffer): string {
  let text = '';
  let value = 0;
  let bits = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet[(value >>> (bits - 5)) & 31];
    value &= 0xff;
  }
  return bits > 0 ? text + alphabet[(value << (5 - bits)) & 31] : text;
}
