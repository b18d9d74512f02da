import {
  encodeEvent,
  type StreamEvent,
  type StreamingRequest,
  type StreamingResult,
  streamErrorCode,
} from '@causerie/chatkit';
import { asWork } from '../../platform/faults/index.ts';
import type { Span } from '../../platform/telemetry/tracing.ts';
import type { Conversation, LiveRun, PendingItem, RequestKey, RunResult, StopReason } from '../conversations/index.ts';
import type { Usage } from './answer-run.ts';
import type { ChatKit } from './chatkit.ts';
import type { ChatKitContext } from './context.ts';
import { interruptedCode } from './feed.ts';
import type { EventNumber } from './postgres-store.ts';
import { toThreadMetadata } from './thread-rows.ts';

/** A run that is claimed and whose first event is ready. */
export type Answer = {
  run: LiveRun;
  /** Call it once whoever follows is in place. The answer goes on whether or not anyone does. */
  begin(): void;
};

/**
 * Starts the run a streaming request asks for. Throws, with nothing written, what the engine or the protocol refuses:
 * `not_found`, `run_in_progress`, a bad request, `conflict` for a request whose `key` was used before.
 */
export async function startAnswer(
  deps: ChatKit,
  request: StreamingRequest,
  context: ChatKitContext,
  key: RequestKey | null,
): Promise<Answer> {
  const { runs } = deps.conversations;
  const began = performance.now();
  const run = runs.prepare(context.person.id, key, context.sessionId);
  await runs.admit(run);
  const span = deps.tracing.start('answer', 'internal', { 'causerie.run': run.id });
  let usage: Usage | null = null;
  const onUsage = (used: Usage) => {
    usage = used;
  };
  let claimed: Conversation | null = null;
  let result: StreamingResult<EventNumber>;
  try {
    // A message is stored in the statement that makes its thread, or claims it (see `PostgresStore.beginTurn`).
    if ('thread_id' in request.params && request.type !== 'threads.add_user_message')
      claimed = await runs.claim(run, request.params.thread_id);
    const thread = claimed ? toThreadMetadata(claimed) : undefined;
    result = await deps.tracing.run(span, () =>
      deps.server.processParsed(request, context, { signal: run.signal, run: { run, onUsage }, thread }),
    );
  } catch (error) {
    span.end(error);
    // Who claims first writes last, so nothing is written. What is stored of a message stays, and so does the run that the
    // client's name for it is kept with.
    if (claimed || run.conversationId === '') await runs.abandon(run);
    else await runs.finish(run, { state: 'failed' });
    throw error;
  }
  run.pending = () => pendingItems(result);
  const work = () => deps.tracing.run(span, () => pump(deps, run, result, context, { began, span, used: () => usage }));
  return { run, begin: () => void asWork(() => run.stop('failed'), work) };
}

/** Carries the events of an answer to whoever follows the run, to its end; those that were ready together are one batch. */
async function pump(
  deps: ChatKit,
  run: LiveRun,
  result: StreamingResult<EventNumber>,
  { log }: ChatKitContext,
  { began, span, used }: { began: number; span: Span; used: () => Usage | null },
): Promise<void> {
  let state: RunResult['state'] = 'done';
  let firstWords: number | null = null;
  let speaking = '';
  let urgent = false;
  let signals = '';
  const emitSignals = () => {
    if (!signals) return;
    // The first words of an item leave at once; the rest leaves when what is ready together is here.
    run.emit(signals, null, urgent);
    urgent = false;
    signals = '';
  };
  try {
    for await (const { events, written } of result.written) {
      for (let at = 0; at < events.length; at++) {
        const event = events[at]!;
        if (event.type === 'stream_options') run.allowCancel = event.stream_options.allow_cancel;
        if (event.type === 'error') state = 'failed';
        const n = written[at] ?? null;
        if (n !== null || isToldOnce(event)) {
          emitSignals();
          run.emit(encodeEvent(event), n, true, true);
          continue;
        }
        signals += encodeEvent(event);
        if (event.type !== 'thread.item.updated') urgent = true;
        else if (event.item_id !== speaking && isWords(event)) {
          speaking = event.item_id;
          urgent = true;
          firstWords ??= performance.now();
        }
      }
      emitSignals();
    }
  } catch (error) {
    // The protocol maps what a responder throws to an `error` event; what comes here is the store or a fault of ours.
    state = 'failed';
    log.error({ err: error, run: run.id, thread: run.conversationId }, 'an answer broke off');
    run.emit(encodeEvent({ type: 'error', code: streamErrorCode, allow_retry: true }), null, true, true);
  }
  if (run.signal.aborted) {
    state = run.signal.reason as StopReason;
    // Who reads this stream to its end would take what there is for the whole answer.
    if (state !== 'stopped') {
      const code = state === 'interrupted' ? interruptedCode : streamErrorCode;
      run.emit(encodeEvent({ type: 'error', code, allow_retry: true }), null, true, true);
    }
  }
  deps.metrics.answer({
    state,
    seconds: (performance.now() - began) / 1000,
    firstTokenSeconds: firstWords === null ? null : (firstWords - began) / 1000,
  });
  span.set({ 'causerie.run.state': state });
  span.end(state === 'failed' ? new Error(state) : undefined);
  await deps.conversations.runs
    .finish(run, { state, ...used() })
    .catch((error) => log.error({ err: error, run: run.id }, 'the end of a run could not be saved'));
}

/** What stands in no item: a reader that lags behind would take half an answer for the whole of it. */
const isToldOnce = ({ type }: StreamEvent): boolean =>
  type === 'error' || type === 'notice' || type === 'client_effect';

const isWords = (event: StreamEvent): boolean =>
  event.type === 'thread.item.updated' && event.update.type === 'assistant_message.content_part.text_delta';

const pendingItems = (result: StreamingResult<EventNumber>): PendingItem[] =>
  [...result.pendingItems.values()].map((item) => ({
    id: item.id,
    type: item.type,
    payload: item as unknown as Record<string, unknown>,
    createdAt: item.created_at,
  }));
