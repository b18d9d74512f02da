/** A name for a request, for `Idempotency-Key`. (Not `crypto.randomUUID`: a page without HTTPS has none.) */
export const newRequestKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
