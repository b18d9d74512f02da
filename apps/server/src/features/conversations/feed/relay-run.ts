import type { Bus } from '../../../platform/bus/index.ts';
import type { LiveRun, RunSignal } from '../runs/live-run.ts';
import { channelOf, decodeMessage, encodeMessage } from './bus-message.ts';

/** How long a process receives the signals of a run after it asked; it asks again before that ends. */
export const interestMs = 30_000;
/** Signals for other processes are batched for this time. */
const batchMs = 8;

/**
 * Sends the signals of a run of this process to other processes, while one of them has asked for it: a run that nobody
 * follows elsewhere costs nothing. Signals are numbered, so that a receiver notices repeated and missing ones.
 */
export function relayRun(
  run: LiveRun,
  bus: Bus,
  stopHere: (conversationId: string, runIds: readonly string[], gone?: boolean) => void,
): void {
  const { conversationId } = run;
  const channel = channelOf(conversationId);
  let interestUntil = 0;
  let from = 0;
  let batch: RunSignal[] = [];
  let timer: NodeJS.Timeout | null = null;
  let stopListening: (() => void) | null = null;

  const flush = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (batch.length === 0) return;
    bus.publish(channel, encodeMessage({ kind: 'said', runId: run.id, from, signals: batch }));
    from += batch.length;
    batch = [];
  };

  const listen = () => {
    from = run.snapshot().signals;
    stopListening = run.listen({
      onOutputs(outputs, urgent) {
        if (performance.now() > interestUntil) {
          stopListening?.();
          stopListening = null;
          batch = [];
          return;
        }
        let stored = false;
        for (const each of outputs) {
          if (each.type === 'event') stored = true;
          else batch.push(each);
        }
        // Send the signals before the bus announces that the log has grown.
        if (urgent || stored) flush();
        else timer ??= setTimeout(flush, batchMs);
      },
      end: flush,
    });
  };

  const subscribed = bus.subscribe(channel, {
    message(text) {
      // A cheap test first: the bus also delivers this process' own messages.
      if (!text.startsWith('{"kind":"ask"') && !text.startsWith('{"kind":"stop"')) return;
      const message = decodeMessage(text);
      if (message?.kind === 'stop') stopHere(conversationId, message.runs, message.gone);
      if (message?.kind !== 'ask') return;
      interestUntil = performance.now() + interestMs;
      if (stopListening) flush();
      else listen();
      if (!message.snapshot) return;
      const { id: runId, agent, allowCancel } = run;
      bus.publish(
        channel,
        encodeMessage({ kind: 'snapshot', to: message.from, runId, agent, allowCancel, ...run.snapshot() }),
      );
    },
  });
  run.listen({ onOutputs() {}, end: () => void subscribed.then((unsubscribe) => unsubscribe()) });
}
