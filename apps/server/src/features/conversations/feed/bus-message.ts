import type { RunSignal } from '../runs/live-run.ts';
import type { ItemNotice, PendingItem } from '../types.ts';
import type { Signal } from './signals.ts';

/** What the processes send each other about one conversation, over the bus. Nothing is recorded only there. */
export type BusMessage =
  /** The log has grown to event `n`; `item` is set if the event added one. */
  | { kind: 'event'; n: number; item?: ItemNotice }
  /** The conversation is deleted. */
  | { kind: 'gone' }
  /** Signals of a run in flight, the first of them being its `from`th. */
  | { kind: 'said'; runId: string; from: number; signals: RunSignal[] }
  /** A process wants to follow the runs in flight. Their processes send it signals for a while, and a snapshot if asked. */
  | { kind: 'ask'; from: string; snapshot: boolean }
  /** The state of a run after its `signals`th signal and event `lastEvent`. */
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
  /** A person asked these runs to stop, or (`gone`) their conversation is deleted. */
  | { kind: 'stop'; runs: string[]; gone?: true }
  | { kind: 'signal'; signal: Signal };

export const channelOf = (conversationId: string) => `conversation.${conversationId}`;

export const encodeMessage = (message: BusMessage) => JSON.stringify(message);

/**
 * Null for a text that is no valid message. In a rolling restart the bus carries messages of other versions, and none of
 * them may break the feeds of this process.
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
