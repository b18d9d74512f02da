import {
  encodeEvent,
  type StreamEvent,
  type StreamingRequest,
  type StreamingResult,
  streamErrorCode,
} from '@causerie/chatkit';
import { asWork } from '../../platform/faults/index.ts';
import type { Span } from '../../platform/telemetry/tracing.ts';
import type { LiveRun, PendingItem, RequestKey, RunResult, StopReason } from '../conversations/index.ts';
import type { ChatKit } from './chatkit.ts';
import type { ChatKitContext } from './context.ts';
import { interruptedCode } from './feed.ts';

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
  const { runs, access } = deps.conversations;
  const began = performance.now();
  const run = runs.prepare(context.person.id, key, context.sessionId);
  await runs.admit(run);
  context.run = run;
  if ('input' in request.params && 'content' in request.params.input) context.clientId = key?.clientId ?? null;
  const span = deps.tracing.start('answer', 'internal', { 'causerie.run': run.id });
  // A message is stored in the statement that makes its thread, or claims it (see `PostgresStore.addThreadItem`).
  let result: StreamingResult;
  try {
    if (request.type === 'threads.add_user_message')
      context.conversation = await access(context.person.id, request.params.thread_id);
    else if ('thread_id' in request.params) context.conversation = await runs.claim(run, request.params.thread_id);
    result = (await deps.tracing.run(span, () =>
      deps.server.process(request, context, { signal: run.signal }),
    )) as StreamingResult;
  } catch (error) {
    span.end(error);
    // What is written stays, and so does the run that the client's name for it is kept with.
    if (context.written.size > 0) await runs.finish(run, { state: 'failed' });
    else await runs.abandon(run);
    throw error;
  }
  run.pending = () => pendingItems(result);
  const work = () => deps.tracing.run(span, () => pump(deps, run, result, context, { began, span }));
  return { run, begin: () => void asWork(() => run.stop('failed'), work) };
}

/** Carries the events of an answer to whoever follows the run, to its end; those that were ready together are one batch. */
async function pump(
  deps: ChatKit,
  run: LiveRun,
  result: StreamingResult,
  context: ChatKitContext,
  { began, span }: { began: number; span: Span },
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
    for await (const events of result.batches) {
      for (const event of events) {
        if (event.type === 'stream_options') run.allowCancel = event.stream_options.allow_cancel;
        if (event.type === 'error') state = 'failed';
        const n = eventNumber(event, context);
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
    context.log.error({ err: error, run: run.id, thread: run.conversationId }, 'an answer broke off');
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
    .finish(run, { state, ...context.usage })
    .catch((error) => context.log.error({ err: error, run: run.id }, 'the end of a run could not be saved'));
}

/** What stands in no item: a reader that lags behind would take half an answer for the whole of it. */
const isToldOnce = ({ type }: StreamEvent): boolean =>
  type === 'error' || type === 'notice' || type === 'client_effect';

const isWords = (event: StreamEvent): boolean =>
  event.type === 'thread.item.updated' && event.update.type === 'assistant_message.content_part.text_delta';

/** The number of the durable event that a stream event tells of, or null for a signal. */
function eventNumber(event: StreamEvent, context: ChatKitContext): number | null {
  switch (event.type) {
    case 'thread.created':
    case 'thread.updated':
      return context.written.get('thread')?.shift() ?? null;
    case 'thread.item.done':
    case 'thread.item.replaced':
      return context.written.get(event.item.id)?.shift() ?? null;
    case 'thread.item.removed':
      return context.written.get(event.item_id)?.shift() ?? null;
    default:
      return null;
  }
}

const pendingItems = (result: StreamingResult): PendingItem[] =>
  [...result.pendingItems.values()].map((item) => ({
    id: item.id,
    type: item.type,
    payload: item as unknown as Record<string, unknown>,
    createdAt: item.created_at,
  }));
