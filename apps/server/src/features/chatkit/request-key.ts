import { createHash } from 'node:crypto';
import type { StreamingRequest } from '@causerie/chatkit';
import { AppError } from '../../errors.ts';
import type { RequestKey } from '../conversations/index.ts';

/** A string in quotes, as the draft standard has it; most clients omit the quotes and mean the same. */
const keyForm = /^(?:"([!#-[\]-~]{1,255})"|([!#-[\]-~]{1,255}))$/;

/**
 * The client's name for its request, from the header `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header); null
 * without the header. Throws `bad_request` for an invalid key.
 */
export function requestKeyOf(header: string | string[] | undefined, request: StreamingRequest): RequestKey | null {
  if (header === undefined) return null;
  const found = keyForm.exec(String(header));
  if (!found)
    throw new AppError('bad_request', 'Idempotency-Key must be 1 to 255 visible ASCII characters without " and \\.');
  // Hashes the parsed request, not its text: a default that is spelled out is the same request.
  const hash = createHash('sha256').update(JSON.stringify(request)).digest('base64url');
  return { clientId: (found[1] ?? found[2])!, hash };
}
