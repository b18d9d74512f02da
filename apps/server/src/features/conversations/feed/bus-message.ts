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

/**
 * Null for what is no message of ours, or of another form: the bus carries those of another version in a rolling restart, and
 * none of them may end the feed of who follows here.
 */
export function decodeMessage(text: string): BusMessage | null {
  try {
    const message = JSON.parse(text) as BusMessage;
    return isWhole(message) ? message : null;
  } catch {
    return null;
  }
}

function isWhole(message: BusMessage): boolean {
  switch (message.kind) {
    case 'event':
      return isCount(message.n) && message.n > 0;
    case 'said':
      return isCount(message.from) && Array.isArray(message.signals);
    case 'snapshot':
      return isCount(message.signals) && isCount(message.lastEvent) && Array.isArray(message.items);
    case 'stop':
      return Array.isArray(message.runs);
    case 'signal':
      return typeof message.signal === 'object' && message.signal !== null;
    case 'ask':
    case 'gone':
      return true;
    default:
      return false;
  }
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
