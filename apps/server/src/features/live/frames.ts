import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { longestSignal } from '../conversations/index.ts';

/** The version of the protocol of docs/live.md. */
export const protocolVersion = 1;

/** Conversations that one socket may have open. */
export const mostOpen = 200;

/** The client's own name for a frame; the answer to it carries the same. */
const id = z.union([z.int(), z.string().max(64)]).optional();
const conversation = z.string().min(1).max(200);
/** The number of an event, or the place of an item. */
const number = z.int().nonnegative();
/** As `inbox` gave it; null where there is none yet. Within what PostgreSQL counts transactions by. */
const cursor = z
  .string()
  .regex(/^\d{1,19}$/, 'must be a cursor of this server')
  .nullable();

const kinds = {
  hello: z.object({ id, protocol: z.int(), cursor: cursor.optional() }),
  ping: z.object({ id }),
  open: z.object({ id, conversation, after: number }),
  close: z.object({ id, conversation }),
  resume: z.object({
    id,
    cursor: cursor.optional(),
    conversations: z
      .record(conversation, number)
      .refine((given) => Object.keys(given).length <= mostOpen, `must name at most ${mostOpen}`)
      .default({}),
  }),
  signal: z.object({
    id,
    conversation,
    signal: z.enum(['typing', 'presence', 'pointer']),
    key: z.string().max(100).default(''),
    data: z
      .record(z.string(), z.unknown())
      .nullable()
      .refine((data) => JSON.stringify(data).length <= longestSignal, `must have at most ${longestSignal} characters`),
  }),
  read: z
    .object({ id, conversation, read_to: number.optional(), delivered_to: number.optional() })
    .refine(
      ({ read_to, delivered_to }) => read_to !== undefined || delivered_to !== undefined,
      'must say read_to or delivered_to',
    ),
};

type Kind = keyof typeof kinds;
/** What a client says. */
export type ClientFrame = { [K in Kind]: { type: K } & z.output<(typeof kinds)[K]> }[Kind];

export type FrameId = string | number | undefined;

/** A frame that cannot be understood; its own name for itself, where so much could be read of it. */
export class UnreadableFrame extends AppError {
  readonly frameId: FrameId;
  constructor(
    code: 'bad_request' | 'invalid_input',
    message: string | undefined,
    { frameId, details }: { frameId?: FrameId; details?: unknown } = {},
  ) {
    super(code, message, { details });
    this.frameId = frameId;
  }
}

/** Faults that are told of one frame. */
const mostFaults = 5;

/** Reads one message of a client. Fields that are not known are passed over. Throws `UnreadableFrame`. */
export function readFrame(text: string): ClientFrame {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new UnreadableFrame('bad_request', 'A frame is one object in JSON.');
  }
  const head = z.object({ type: z.string(), id: id.catch(undefined) }).safeParse(given);
  if (!head.success) throw new UnreadableFrame('bad_request', 'A frame is one object in JSON, with a type.');
  const { type, id: frameId } = head.data;
  if (!Object.hasOwn(kinds, type))
    throw new UnreadableFrame('bad_request', `A frame's type is one of ${Object.keys(kinds).join(', ')}.`, { frameId });
  const read = kinds[type as Kind].safeParse(given);
  if (!read.success) {
    const details = read.error.issues.slice(0, mostFaults).map((issue) => ({
      path: issue.path.join('.').slice(0, 200),
      message: issue.message.slice(0, 200),
    }));
    throw new UnreadableFrame('invalid_input', undefined, { frameId, details });
  }
  return { type, ...read.data } as ClientFrame;
}
