import type { RunSignal } from '../runs/live-run.ts';
import type { ItemNotice, PendingItem } from '../types.ts';
import type { Signal } from './signals.ts';

/** What the processes tell each other about one conversation, over the bus. None of it is the only place it stands in. */
export type BusMessage =
  /** The log has grown to event `n`; with an item in it, if it did. */
  | { kind: 'event'; n: number; item?: ItemNotice }
  /** The conversation is deleted. */
  | { kind: 'gone' }
  /** Signals of a run in flight, the first of them being its `from`th. */
  | { kind: 'said'; runId: string; from: number; signals: RunSignal[] }
  /** A process wants to follow the runs in flight: whoever has them sends what they say for a while, and a snapshot if asked. */
  | { kind: 'ask'; from: string; snapshot: boolean }
  /** What a run has said by its `signals`th signal and event `lastEvent`. */
  | {
      kind: 'snapshot';
      to: string;
      runId: string;
      agent: string;
      items: PendingItem[];
      signals: number;
      lastEvent: number;
      allowCancel: boolean;
    }
  /** Somebody asked these runs to stop; or what they say has no place any more, since their conversation is deleted. */
  | { kind: 'stop'; runs: string[]; gone?: true }
  | { kind: 'signal'; signal: Signal };

export const channelOf = (conversationId: string) => `conversation.${conversationId}`;

export const encodeMessage = (message: BusMessage) => JSON.stringify(message);

const kinds = new Set(['event', 'gone', 'said', 'ask', 'snapshot', 'stop', 'signal'] satisfies BusMessage['kind'][]);

/** Null for what is no message of ours: the bus may carry those of another version in a rolling restart. */
export function decodeMessage(text: string): BusMessage | null {
  try {
    const message = JSON.parse(text) as BusMessage;
    if (!kinds.has(message.kind)) return null;
    if (message.kind === 'event' && !(Number.isSafeInteger(message.n) && message.n > 0)) return null;
    return message;
  } catch {
    return null;
  }
}
