const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const random = new Uint8Array(12);

/**
 * A new id: `<prefix>_` and 36 hex digits, of which the first 12 are the time in milliseconds, as in a UUIDv7, so that
 * ids sort by the time they were made, and the other 24 are random. A UUID proper leaves 74 random bits; the
 * reference's 32 bits collide at volume.
 */
export function newId(prefix: string, now: number = Date.now()): string {
  crypto.getRandomValues(random);
  let id = `${prefix}_${now.toString(16).padStart(12, '0')}`;
  for (const byte of random) id += hex[byte];
  return id;
}

/** The kinds of item ids. Widgets and generated images are messages. */
export type ItemIdKind = 'message' | 'tool_call' | 'workflow' | 'task' | 'sdk_hidden_context';

/** The prefix of every kind of id. */
export const idPrefixes = {
  thread: 'thr',
  message: 'msg',
  tool_call: 'tc',
  workflow: 'wf',
  task: 'tsk',
  attachment: 'atc',
  sdk_hidden_context: 'shcx',
} as const;
