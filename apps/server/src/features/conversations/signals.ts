import type { PendingItem } from './types.ts';

/** What the processes tell each other about one conversation, over the bus. */
export type BusMessage =
  /** The log has grown to event `n`. */
  | { kind: 'event'; n: number }
  /** The conversation is deleted. */
  | { kind: 'gone' }
  /** Frames of a run in flight that have no row, in order. */
  | { kind: 'signals'; runId: string; frames: string[] }
  /** A process wants to follow the run in flight: whoever has it answers with a snapshot, and sends signals for a while. */
  | { kind: 'ask'; from: string }
  | { kind: 'snapshot'; to: string; runId: string; pending: PendingItem[]; allowCancel: boolean }
  /** Stop the run in flight. */
  | { kind: 'stop' };

export const channelOf = (conversationId: string) => `conversation.${conversationId}`;

export const encodeMessage = (message: BusMessage) => JSON.stringify(message);

/** Null for what is no message of ours: the bus may carry those of a newer version in a rolling restart. */
export function decodeMessage(text: string): BusMessage | null {
  try {
    return JSON.parse(text) as BusMessage;
  } catch {
    return null;
  }
}
