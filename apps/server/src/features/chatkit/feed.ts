import { type Attachment, type StreamEvent, streamErrorCode, type ThreadItem } from '@causerie/chatkit';
import type { FeedOutput, PendingItem } from '../conversations/index.ts';
import { toThread, toThreadItem } from './thread-rows.ts';

/** What the feed carries beside ChatKit's own events. Clients that do not know it ignore it, as the protocol asks. */
export type RunEvent = {
  type: 'causerie.run';
  run_id: string;
  state: 'started' | 'done' | 'stopped' | 'failed' | 'interrupted';
};

/** One server-sent event; with `n`, a client can come back with `Last-Event-ID`. */
export const frameOf = (event: StreamEvent | RunEvent, n: number | null = null): string =>
  `${n === null ? '' : `id: ${n}\n`}data: ${JSON.stringify(event)}\n\n`;

/** The unfinished items of a run as the `added` events that bring a newcomer to where everyone else is. */
export const snapshotFrames = (pending: PendingItem[]): string =>
  pending.map((item) => frameOf({ type: 'thread.item.added', item: item.payload as unknown as ThreadItem })).join('');

/** The frames that tell a ChatKit client of what the engine's feed says; `present` as in `toThreadItem`. */
export function framesOf(output: FeedOutput, present: (attachment: Attachment) => Attachment): string {
  switch (output.kind) {
    case 'signal':
      return output.frame;
    case 'snapshot':
      return (
        frameOf({ type: 'causerie.run', run_id: output.runId, state: 'started' }) +
        snapshotOptions(output) +
        snapshotFrames(output.pending)
      );
    case 'caught-up':
      return output.interrupted ? frameOf({ type: 'error', code: interruptedCode, allow_retry: true }) : '';
    case 'gone':
      return '';
    case 'event':
      return eventFrame(output.event, present);
  }
}

/** Tells of a feed whether it is over for one who waits for the answer: all was told, and no run is in flight. */
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
 * The frames that tell the answer to a request a second time, as the first time: in the protocol's own events, of which one
 * says that a run failed.
 */
export function retelling(present: (attachment: Attachment) => Attachment): (output: FeedOutput) => string {
  const isOver = untilIdle();
  let failure: string | null = null;
  return (output) => {
    const over = isOver(output);
    let frames = '';
    if (output.kind === 'snapshot') frames = snapshotOptions(output) + snapshotFrames(output.pending);
    else if (output.kind === 'event' && output.event.type.startsWith('run.')) {
      const state = output.event.payload?.state;
      failure = state === 'failed' ? streamErrorCode : state === 'interrupted' ? interruptedCode : null;
    } else if (output.kind !== 'caught-up') frames = framesOf(output, present);
    return over && failure ? frames + frameOf({ type: 'error', code: failure, allow_retry: true }) : frames;
  };
}

/** What a stream says whose answer the end of its server's process cut off. */
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
      // Hidden items are the model's business; a removed one has its own event further on.
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
  }
}
