import type { z } from 'zod';
import { ChatKitError, type Fault } from '../protocol/errors.ts';
import { type ChatKitRequest, chatKitRequestSchema } from '../protocol/requests.ts';

/**
 * A body of one megabyte can hold half a million faults. Each costs up to three microseconds to find and a hundred bytes
 * to report. So a body with more values than any honest request is refused unchecked, and only the first faults are
 * reported.
 */
const mostValues = 10_000;
const mostFaults = 10;
const longestWord = 200;

/**
 * Parses a request from the body of a POST, or from the value that a framework has parsed already. It ignores unknown
 * keys.
 *
 * @throws ChatKitError `bad_request`, whose `details` name the path of each fault, ten at most
 */
export function parseRequest(body: string | Uint8Array | object): ChatKitRequest {
  const given = readJson(body);
  if (hasMoreValues(given, mostValues)) {
    const message = `more than ${mostValues} values`;
    throw new ChatKitError('bad_request', `Not a ChatKit request: ${message}`, { details: [{ path: [], message }] });
  }
  const parsed = chatKitRequestSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues.slice(0, mostFaults).map(toFault);
  const first = details[0];
  const where = first && first.path.length > 0 ? `${first.path.join('.')}: ` : '';
  throw new ChatKitError('bad_request', `Not a ChatKit request: ${where}${first?.message ?? 'malformed'}`, { details });
}

function readJson(body: string | Uint8Array | object): unknown {
  try {
    if (typeof body === 'string') return JSON.parse(body);
    // Invalid UTF-8 is refused, not repaired: a repaired message would differ from what its author wrote.
    if (body instanceof Uint8Array) return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return body;
  } catch (cause) {
    const details = [{ path: [], message: 'not valid JSON' }];
    throw new ChatKitError('bad_request', 'The body is not valid JSON', { details, cause });
  }
}

/**
 * Counts the entries of all lists and objects together. A tool's result and an action's payload are any JSON and pass
 * unchanged.
 */
function hasMoreValues(given: unknown, most: number): boolean {
  const { result, action } = (given as { params?: { result?: unknown; action?: { payload?: unknown } } })?.params ?? {};
  const free = new Set<unknown>([result, action?.payload]);
  const found = [given];
  let values = 0;
  for (let next = found.pop(); next !== undefined; next = found.pop()) {
    if (typeof next !== 'object' || next === null || free.has(next)) continue;
    if (Array.isArray(next)) {
      values += next.length;
      if (values > most) return true;
      for (const entry of next) if (typeof entry === 'object' && entry !== null) found.push(entry);
      continue;
    }
    // A loop: `Object.keys` would first build a list of all keys.
    for (const key in next) {
      if (++values > most) return true;
      const entry = (next as Record<string, unknown>)[key];
      if (typeof entry === 'object' && entry !== null) found.push(entry);
    }
  }
  return false;
}

function toFault(issue: z.core.$ZodIssue): Fault {
  const path = issue.path.slice(0, mostFaults).map((key) => (typeof key === 'number' ? key : short(String(key))));
  return { path, message: short(issue.message) };
}

const short = (text: string): string => (text.length > longestWord ? `${text.slice(0, longestWord)}…` : text);
