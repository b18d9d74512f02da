import { errorCodes, type FrameId, type ServerFrame } from '@causerie/api';
import type { AppError } from '../../errors.ts';
import { type Frame, frameOf } from '../../platform/sockets/index.ts';
import type {
  Conversation,
  InboxEntry,
  InboxOutput,
  InboxPage,
  LogEvent,
  PendingItem,
  RunSignal,
  StoredItem,
  Wire,
} from '../conversations/index.ts';

/** The payload of an item as clients receive it: its files have addresses that are valid for a few minutes. */
export type PresentItem = (item: StoredItem) => Record<string, unknown>;

/** The payloads that the engine stores with events of a run and of a member. */
type RunTold = Pick<Extract<ServerFrame, { run_id: string; event: string }>, 'run_id' | 'agent' | 'state'>;
type MemberTold = Pick<Extract<ServerFrame, { person_id: string; event: string }>, 'person_id' | 'role'>;
type LiveSignal = Extract<ServerFrame, { type: 'said' }>['signals'][number];

/** Null for an output without a frame. */
export type LiveWire = Wire<Frame | null>;

/** Encodes any frame; the encoders below encode a frame once for many readers. */
export const frame = (content: ServerFrame): Frame => frameOf(JSON.stringify(content));

/** The frames of a conversation's outputs. Hidden items are for the model and never leave. */
export const liveWire = (present: PresentItem): LiveWire => ({
  encode(output, conversation) {
    switch (output.kind) {
      case 'event':
        return eventFrame(output.event, conversation, present);
      case 'snapshot':
        return frame({
          type: 'snapshot',
          conversation,
          run_id: output.runId,
          agent: output.agent,
          allow_cancel: output.allowCancel,
          items: output.items.map(pendingItem),
        });
      case 'said':
        return frame({ type: 'said', conversation, run_id: output.runId, signals: output.signals.flatMap(runSignal) });
      case 'signal': {
        const { type, personId, key, data } = output.signal;
        return frame({ type: 'signal', conversation, signal: type, person_id: personId, key, data });
      }
      case 'caught-up':
        return frame({ type: 'caught_up', conversation, running: output.running, interrupted: output.interrupted });
      case 'gone':
        return frame({ type: 'gone', conversation });
    }
  },
});

function eventFrame(event: LogEvent, conversation: string, present: PresentItem): Frame | null {
  const { n, type, itemId, item, payload } = event;
  const told = { type: 'event' as const, conversation, n };
  switch (type) {
    case 'conversation.created':
    case 'conversation.updated':
      return event.conversation && frame({ ...told, event: type, summary: summaryOf(event.conversation) });
    case 'item.done':
    case 'item.replaced':
    case 'item.reacted':
      // A removed item has its own event further on.
      return item && !item.hidden ? frame({ ...told, event: type, item: itemOf(item, present) }) : null;
    case 'item.removed':
      return frame({ ...told, event: type, item_id: itemId! });
    case 'run.started':
    case 'run.ended': {
      const { run_id, agent, state } = payload as RunTold;
      return frame({ ...told, event: type, run_id, agent, state });
    }
    case 'member.joined':
    case 'member.changed':
    case 'member.left': {
      const { person_id, role } = payload as MemberTold;
      return frame({ ...told, event: type, person_id, role });
    }
  }
}

/** All lists that receive a change share one object. */
const listFrames = new WeakMap<InboxOutput, Frame>();

/** The frames of changes in a person's list; a `gap` concerns the server only. */
export function listFrame(output: Exclude<InboxOutput, { kind: 'gap' }>): Frame {
  const known = listFrames.get(output);
  if (known) return known;
  const made = frame(listContent(output));
  listFrames.set(output, made);
  return made;
}

function listContent(output: Exclude<InboxOutput, { kind: 'gap' }>): ServerFrame {
  const { conversationId: conversation } = output;
  switch (output.kind) {
    case 'changed': {
      const { n, item } = output;
      return { type: 'changed', conversation, n, item: item && noticeOf(item) };
    }
    case 'read':
      return { type: 'read', conversation, read_to: output.readTo, delivered_to: output.deliveredTo };
    default:
      return { type: output.kind, conversation };
  }
}

const noticeOf = ({ id, seq, authorId, mentions }: NonNullable<Extract<InboxOutput, { kind: 'changed' }>['item']>) => ({
  id,
  seq,
  author_id: authorId,
  mentions,
});

/** What changed in a person's list. */
export const listPageFrame = (
  { cursor, entries, gone, limited }: InboxPage,
  present: PresentItem,
  id?: FrameId,
): Frame =>
  frame({ type: 'inbox', id, cursor, limited, conversations: entries.map((entry) => entryOf(entry, present)), gone });

function entryOf(
  { conversation, role, readTo, deliveredTo, lastSeq, unread, mentions, lastItem }: InboxEntry,
  present: PresentItem,
) {
  return {
    ...summaryOf(conversation),
    role,
    read_to: readTo,
    delivered_to: deliveredTo,
    last_seq: lastSeq,
    unread,
    mentions,
    last_item: lastItem && lastItemOf(lastItem, present),
  };
}

/** The fields of a refusal, as in the HTTP API. */
export function errorOf(error: AppError) {
  const { visible, message } = errorCodes[error.code];
  return {
    code: error.code,
    message: visible ? error.message : message,
    ...(visible && error.details !== undefined ? { details: error.details } : {}),
    ...(error.retryAfter === undefined ? {} : { retry_after: Math.ceil(error.retryAfter) }),
  };
}

/** The summary without an application's notes, which are not for clients. */
const summaryOf = ({ id, kind, title, status, lastEvent, createdAt, updatedAt }: Conversation) => ({
  conversation: id,
  kind,
  title,
  status,
  last_event: lastEvent,
  created_at: createdAt.toISOString(),
  updated_at: updatedAt.toISOString(),
});

const itemOf = (item: StoredItem, present: PresentItem) => ({ ...headOf(item), payload: present(item) });

/** The payload of a list's last item is null where it is long. */
const lastItemOf = (item: NonNullable<InboxEntry['lastItem']>, present: PresentItem) => ({
  ...headOf(item),
  payload: item.payload && present(item as StoredItem),
});

const headOf = (item: Omit<StoredItem, 'payload'>) => ({
  id: item.id,
  seq: item.seq,
  number: item.number,
  type: item.type,
  author_id: item.authorId,
  parent_id: item.parentId,
  mentions: item.mentions,
  reactions: item.reactions,
  created_at: item.createdAt.toISOString(),
});

const pendingItem = ({ id, type, payload, createdAt }: PendingItem) => ({ id, type, payload, created_at: createdAt });

function runSignal(signal: RunSignal): LiveSignal[] {
  switch (signal.type) {
    case 'item':
      return [{ type: 'item', item: pendingItem(signal.item) }];
    case 'delta':
      return signal.deltas.map((delta) => ({ type: 'delta', item_id: signal.itemId, delta }));
    case 'drop':
      return [{ type: 'drop', item_id: signal.itemId }];
    case 'note':
      return [signal];
  }
}
