import {
  type Attachment,
  encodeEvent,
  encodeUpdates,
  type ItemUpdate,
  type StreamEvent,
  streamErrorCode,
  type ThreadItem,
} from '@causerie/chatkit';
import type { FeedOutput, LogEvent, PendingItem, RunOutput, Wire } from '../conversations/index.ts';
import { toThread, toThreadItem } from './thread-rows.ts';

/** Events of the feed beyond ChatKit's own. Clients that do not know them ignore them, as the protocol asks. */
export type RunEvent = {
  type: 'causerie.run';
  run_id: string;
  state: 'started' | 'done' | 'stopped' | 'failed' | 'interrupted';
};

/** One server-sent event; with `n`, a client can resume with `Last-Event-ID`. */
export const frameOf = (event: StreamEvent | RunEvent, n: number | null = null): string =>
  `${n === null ? '' : `id: ${n}\n`}data: ${JSON.stringify(event)}\n\n`;

/** The unfinished items of a run, as `added` events that bring a newcomer up to date. */
export const snapshotFrames = (pending: readonly PendingItem[]): string =>
  pending.map((item) => frameOf({ type: 'thread.item.added', item: asItem(item) })).join('');

/** The ChatKit events for an output of a run; empty for an output that has a row. */
export function signalFrame(output: RunOutput): string {
  switch (output.type) {
    case 'item':
      return frameOf({ type: 'thread.item.added', item: asItem(output.item) });
    case 'delta':
      return encodeUpdates(output.itemId, output.deltas as ItemUpdate[]);
    case 'drop':
      return frameOf({ type: 'thread.item.removed', item_id: output.itemId });
    case 'note':
      return encodeEvent(output.note as StreamEvent);
    case 'event':
      return '';
  }
}

/** Whether a lagging reader must receive the output: no item holds it, and without it half an answer would look whole. */
export const isSentOnce = (output: RunOutput): boolean =>
  output.type === 'note' && ['error', 'notice', 'client_effect'].includes((output.note as StreamEvent).type);

const asItem = ({ payload }: PendingItem) => payload as unknown as ThreadItem;

/** The feed's encoder: server-sent events of ChatKit; `present` as in `toThreadItem`. */
export const chatkitWire = (present: (attachment: Attachment) => Attachment): Wire<string> => ({
  encode: (output) => framesOf(output, present),
});

/** The frames for a ChatKit client that encode an output of the engine's feed; `present` as in `toThreadItem`. */
function framesOf(output: FeedOutput, present: (attachment: Attachment) => Attachment): string {
  switch (output.kind) {
    case 'said':
      return output.signals.map(signalFrame).join('');
    case 'snapshot':
      return (
        frameOf({ type: 'causerie.run', run_id: output.runId, state: 'started' }) +
        snapshotOptions(output) +
        snapshotFrames(output.items)
      );
    case 'caught-up':
      return output.interrupted ? frameOf({ type: 'error', code: interruptedCode, allow_retry: true }) : '';
    case 'signal':
    case 'gone':
      return '';
    case 'event':
      return eventFrame(output.event, present) + (output.isNews ? cutFrame(output.event) : '');
  }
}

/** A follower who was there when the process of an answer died gets the same error as one who returns: see `caught-up`. */
const cutFrame = ({ type, payload }: LogEvent): string =>
  type === 'run.ended' && payload?.state === 'interrupted'
    ? frameOf({ type: 'error', code: interruptedCode, allow_retry: true })
    : '';

/** Returns a function that detects the end of an answer in a feed: the follower has caught up, and no run is in flight. */
export function untilIdle(): (output: FeedOutput) => boolean {
  let caughtUp = false;
  return (output) => {
    if (output.kind === 'caught-up') {
      caughtUp = true;
      return !output.running;
    }
    return caughtUp && output.kind === 'event' && output.event.type === 'run.ended';
  };
}

/**
 * Encodes the answer to a repeated request, in the protocol's own events, as the first response did. One of them reports
 * that a run failed.
 */
export function repeatedAnswerWire(present: (attachment: Attachment) => Attachment): Wire<string> {
  const isOver = untilIdle();
  let failure: string | null = null;
  const encode = (output: FeedOutput): string => {
    const over = isOver(output);
    let frames = '';
    if (output.kind === 'snapshot') frames = snapshotOptions(output) + snapshotFrames(output.items);
    else if (output.kind === 'event' && output.event.type.startsWith('run.')) {
      const state = output.event.payload?.state;
      failure = state === 'failed' ? streamErrorCode : state === 'interrupted' ? interruptedCode : null;
    } else if (output.kind !== 'caught-up') frames = framesOf(output, present);
    return over && failure ? frames + frameOf({ type: 'error', code: failure, allow_retry: true }) : frames;
  };
  return { encode };
}

/** The error code in a stream whose answer was cut because its server's process ended. */
export const interruptedCode = 'run.interrupted';

const snapshotOptions = ({ allowCancel }: { allowCancel: boolean }) =>
  frameOf({ type: 'stream_options', stream_options: { allow_cancel: allowCancel } });

function eventFrame(
  { n, type, itemId, item, conversation, payload }: Extract<FeedOutput, { kind: 'event' }>['event'],
  present: (attachment: Attachment) => Attachment,
): string {
  switch (type) {
    case 'conversation.created':
    case 'conversation.updated':
      if (!conversation) return '';
      return frameOf(
        { type: type === 'conversation.created' ? 'thread.created' : 'thread.updated', thread: toThread(conversation) },
        n,
      );
    case 'item.done':
    case 'item.replaced':
      // Hidden items are for the model; a removed item has its own event further on.
      if (!item || item.hidden) return '';
      return frameOf(
        { type: type === 'item.done' ? 'thread.item.done' : 'thread.item.replaced', item: toThreadItem(item, present) },
        n,
      );
    case 'item.removed':
      return frameOf({ type: 'thread.item.removed', item_id: itemId! }, n);
    case 'run.started':
      return frameOf({ type: 'causerie.run', run_id: String(payload?.run_id), state: 'started' }, n);
    case 'run.ended':
      return frameOf({ type: 'causerie.run', run_id: String(payload?.run_id), state: payload?.state as 'done' }, n);
    // ChatKit has neither members nor reactions.
    default:
      return '';
  }
}
