import type { Attachment, StreamEvent, ThreadItem } from '@causerie/chatkit';
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
        frameOf({ type: 'stream_options', stream_options: { allow_cancel: output.allowCancel } }) +
        snapshotFrames(output.pending)
      );
    case 'caught-up':
      return output.interrupted ? frameOf({ type: 'error', code: 'run.interrupted', allow_retry: true }) : '';
    case 'gone':
      return '';
    case 'event':
      return eventFrame(output.event, present);
  }
}

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
