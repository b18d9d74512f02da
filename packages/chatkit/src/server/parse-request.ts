import type { z } from 'zod';
import { ChatKitError, type Fault } from '../protocol/errors.ts';
import { type ChatKitRequest, chatKitRequestSchema } from '../protocol/requests.ts';

/**
 * Reads a request from the body of a POST, or from what a framework has parsed it to already. Keys it does not know
 * are ignored.
 *
 * @throws ChatKitError `bad_request`, whose `details` name the path of every fault
 */
export function parseRequest(body: string | Uint8Array | object): ChatKitRequest {
  const parsed = chatKitRequestSchema.safeParse(readJson(body));
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues.map(toFault);
  const first = details[0];
  const where = first && first.path.length > 0 ? `${first.path.join('.')}: ` : '';
  throw new ChatKitError('bad_request', `Not a ChatKit request: ${where}${first?.message ?? 'malformed'}`, { details });
}

function readJson(body: string | Uint8Array | object): unknown {
  try {
    if (typeof body === 'string') return JSON.parse(body);
    // Invalid UTF-8 is refused, not repaired: a repaired message would be stored as something nobody wrote.
    if (body instanceof Uint8Array) return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return body;
  } catch (cause) {
    const details = [{ path: [], message: 'not valid JSON' }];
    throw new ChatKitError('bad_request', 'The body is not valid JSON', { details, cause });
  }
}

function toFault(issue: z.core.$ZodIssue): Fault {
  return { path: issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key)), message: issue.message };
}
