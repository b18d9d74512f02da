import { z } from 'zod';
import { type ErrorCode, errorCodes } from './error-codes.ts';

/*
 * The live socket, `/ws/live`: one WebSocket that carries every change a client's person may see. A frame is one text
 * message, an object in JSON with a `type`. docs/live.md says how to use it; a test compares that page with this file.
 */

/** The address, the version of the protocol, and the limits of one socket. */
export const liveSocket = {
  path: '/ws/live',
  /** The subprotocol to offer. A browser page of another site offers `bearer` + its token beside it. */
  subprotocol: 'causerie.live.1',
  bearer: 'causerie.bearer.',
  protocol: 1,
  /** How many conversations one socket may open at once. */
  mostOpen: 200,
  /** The longest `data` of a signal, in characters of JSON. */
  longestSignal: 1000,
} as const;

/** The close codes of a socket, beside those of WebSocket itself (1002, 1006, 1007, 1008, 1009). */
export const closeCodes = {
  /** The server restarts; the reason says `retry_ms=…`. */
  restarting: 1012,
  /** A fault of the server. */
  fault: 1011,
  /** The client speaks another version of the protocol. */
  otherProtocol: 4000,
  /** The session or the token has expired. */
  signedOut: 4001,
  /** No hello came in time. */
  noHello: 4003,
  /** The client reads too slowly: the frames waiting for it are too many, or too old. */
  slow: 4008,
  /** The client sent too many frames, or too many invalid ones. */
  tooMany: 4029,
} as const;

/** The id that the client gives a frame. The reply carries the same id. */
export const frameId = z.union([z.int(), z.string().max(64)]).optional();
export type FrameId = z.infer<typeof frameId>;

const conversation = z.string().min(1).max(200);
/** The number of an event, or the position of an item. */
const number = z.int().nonnegative();
/** The cursor from `inbox`; null where there is none yet. Bounded by PostgreSQL's 64-bit transaction ids. */
const cursor = z
  .string()
  .regex(/^\d{1,19}$/, 'must be a cursor of this server')
  .nullable();

/** The frames of a client, by `type`. */
export const clientFrames = {
  hello: z.object({ id: frameId, protocol: z.int(), cursor: cursor.optional() }),
  open: z.object({ id: frameId, conversation, after: number }),
  close: z.object({ id: frameId, conversation }),
  resume: z.object({
    id: frameId,
    cursor: cursor.optional(),
    conversations: z
      .record(conversation, number)
      .refine((given) => Object.keys(given).length <= liveSocket.mostOpen, `must name at most ${liveSocket.mostOpen}`)
      .default({}),
  }),
  signal: z.object({
    id: frameId,
    conversation,
    signal: z.enum(['typing', 'presence', 'pointer']),
    key: z.string().max(100).default(''),
    data: z
      .record(z.string(), z.unknown())
      .nullable()
      .refine(
        (data) => JSON.stringify(data).length <= liveSocket.longestSignal,
        `must have at most ${liveSocket.longestSignal} characters`,
      ),
  }),
  read: z
    .object({ id: frameId, conversation, read_to: number.optional(), delivered_to: number.optional() })
    .refine(
      ({ read_to, delivered_to }) => read_to !== undefined || delivered_to !== undefined,
      'must say read_to or delivered_to',
    ),
  ping: z.object({ id: frameId }),
};

type ClientKind = keyof typeof clientFrames;
/** A frame of a client, parsed. */
export type ClientFrame = { [Kind in ClientKind]: { type: Kind } & z.output<(typeof clientFrames)[Kind]> }[ClientKind];

const record = z.record(z.string(), z.unknown());

/** The current state of a conversation. */
const summary = z.object({
  conversation: z.string(),
  kind: z.enum(['assistant', 'direct', 'group', 'visitor', 'call', 'workflow', 'desktop']),
  title: z.string().nullable(),
  status: z.object({ type: z.string(), reason: z.string().optional() }),
  last_event: number,
  created_at: z.string(),
  updated_at: z.string(),
});

/** The current state of an item. */
const item = z.object({
  id: z.string(),
  /** Its position in the conversation. */
  seq: number,
  /** Grows over the whole server. */
  number,
  type: z.string(),
  author_id: z.string().nullable(),
  parent_id: z.string().nullable(),
  mentions: z.array(z.string()),
  reactions: z.record(z.string(), z.array(z.string())),
  created_at: z.string(),
  /** In a conversation with the assistant, the item of ChatKit. */
  payload: record,
});

/** An item of an answer in progress. */
const pendingItem = z.object({ id: z.string(), type: z.string(), payload: record, created_at: z.string() });

/** The next piece of an answer in progress. */
const runSignal = z.discriminatedUnion('type', [
  z.object({ type: z.literal('item'), item: pendingItem }),
  z.object({ type: z.literal('delta'), item_id: z.string(), delta: z.unknown() }),
  z.object({ type: z.literal('drop'), item_id: z.string() }),
  z.object({ type: z.literal('note'), note: z.unknown() }),
]);

/** A conversation in a person's list. */
const listed = summary.extend({
  role: z.string(),
  read_to: number,
  delivered_to: number,
  last_seq: number,
  /** Counted to 100. */
  unread: number,
  mentions: number,
  /** `payload` is null when it is longer than 4 kB. */
  last_item: item.extend({ payload: record.nullable() }).nullable(),
});

const refusal = z.object({
  code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  details: z.unknown().optional(),
  /** In seconds. */
  retry_after: z.int().optional(),
});

const event = z.object({ type: z.literal('event'), conversation: z.string(), n: number });

/** A durable event of an open conversation, by `event`. */
const liveEvents = z.discriminatedUnion('event', [
  event.extend({ event: z.enum(['conversation.created', 'conversation.updated']), summary }),
  event.extend({ event: z.enum(['item.done', 'item.replaced', 'item.reacted']), item }),
  event.extend({ event: z.literal('item.removed'), item_id: z.string() }),
  event.extend({
    event: z.enum(['run.started', 'run.ended']),
    run_id: z.string(),
    agent: z.string(),
    state: z.enum(['done', 'stopped', 'failed', 'interrupted']).optional(),
  }),
  event.extend({
    event: z.enum(['member.joined', 'member.changed', 'member.left']),
    person_id: z.string(),
    role: z.string().optional(),
  }),
]);

/** The frames of the server, by `type`. */
export const serverFrames = {
  hello: z.object({
    type: z.literal('hello'),
    id: frameId,
    protocol: z.literal(liveSocket.protocol),
    person: z.object({ id: z.string(), name: z.string() }),
    ping_ms: z.int(),
    most_open: z.int(),
  }),
  opened: z.object({ type: z.literal('opened'), id: frameId, conversation: z.string(), after: number }),
  closed: z.object({
    type: z.literal('closed'),
    id: frameId,
    conversation: z.string(),
    /** Without an `id`, the conversation is no longer followed after this event, for the reason in `error`. */
    n: number.optional(),
    error: refusal.optional(),
  }),
  limited: z.object({ type: z.literal('limited'), id: frameId, conversation: z.string(), last_event: number }),
  resumed: z.object({ type: z.literal('resumed'), id: frameId }),
  done: z.object({ type: z.literal('done'), id: frameId }),
  pong: z.object({ type: z.literal('pong'), id: frameId }),
  error: z.object({ type: z.literal('error'), id: frameId, conversation: z.string().optional(), error: refusal }),
  event: liveEvents,
  snapshot: z.object({
    type: z.literal('snapshot'),
    conversation: z.string(),
    run_id: z.string(),
    agent: z.string(),
    items: z.array(pendingItem),
    allow_cancel: z.boolean(),
  }),
  said: z.object({
    type: z.literal('said'),
    conversation: z.string(),
    run_id: z.string(),
    signals: z.array(runSignal),
  }),
  signal: z.object({
    type: z.literal('signal'),
    conversation: z.string(),
    signal: z.enum(['typing', 'presence', 'pointer', 'receipt']),
    person_id: z.string(),
    key: z.string(),
    data: record.nullable(),
  }),
  caught_up: z.object({
    type: z.literal('caught_up'),
    conversation: z.string(),
    running: z.boolean(),
    interrupted: z.boolean(),
  }),
  gone: z.object({ type: z.literal('gone'), conversation: z.string() }),
  inbox: z.object({
    type: z.literal('inbox'),
    id: frameId,
    cursor: z.string(),
    conversations: z.array(listed),
    gone: z.array(z.string()),
    limited: z.boolean(),
  }),
  changed: z.object({
    type: z.literal('changed'),
    conversation: z.string(),
    n: number,
    item: z
      .object({ id: z.string(), seq: number, author_id: z.string().nullable(), mentions: z.array(z.string()) })
      .nullable(),
  }),
  joined: z.object({ type: z.literal('joined'), conversation: z.string() }),
  left: z.object({ type: z.literal('left'), conversation: z.string() }),
  read: z.object({ type: z.literal('read'), conversation: z.string(), read_to: number, delivered_to: number }),
};

type ServerKind = keyof typeof serverFrames;
/** A frame of the server. */
export type ServerFrame = { [Kind in ServerKind]: z.output<(typeof serverFrames)[Kind]> }[ServerKind];
