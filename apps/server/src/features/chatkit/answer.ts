import {
  type ItemUpdate,
  type StreamEvent,
  type StreamingRequest,
  type StreamingResult,
  streamErrorCode,
} from '@causerie/chatkit';
import { asWork } from '../../platform/faults/index.ts';
import type { Span } from '../../platform/telemetry/tracing.ts';
import type { Conversation, LiveRun, RequestKey, RunOutput, RunResult, StopReason } from '../conversations/index.ts';
import type { Usage } from './answer-run.ts';
import type { ChatKit } from './chatkit.ts';
import type { ChatKitContext } from './context.ts';
import { interruptedCode } from './feed.ts';
import type { EventNumber } from './postgres-store.ts';
import { toThreadMetadata } from './thread-rows.ts';
import { toPending, unfinished } from './unfinished.ts';

/** A run that is claimed and whose first event is ready. */
export type Answer = {
  run: LiveRun;
  /** Call it once the followers are attached. The answer goes on with or without them. */
  begin(): void;
};

/**
 * Starts the run that a streaming request asks for. Throws the refusals of the engine and the protocol, with nothing
 * written: `not_found`, `run_in_progress`, a bad request, `conflict` for a request whose `key` was used before.
 */
export async function startAnswer(
  deps: ChatKit,
  request: StreamingRequest,
  context: ChatKitContext,
  key: RequestKey | null,
): Promise<Answer> {
  const { runs } = deps.conversations;
  const began = performance.now();
  const run = runs.prepare(context.person.id, 'assistant', { request: key, sessionId: context.sessionId });
  await runs.admit(run);
  const span = deps.tracing.start('answer', 'internal', { 'causerie.run': run.id });
  let usage: Usage | null = null;
  const onUsage = (used: Usage) => {
    usage = used;
  };
  let claimed: Conversation | null = null;
  let result: StreamingResult<EventNumber>;
  try {
    // The statement that stores a message also makes its thread, or claims it (see `PostgresStore.beginTurn`).
    if ('thread_id' in request.params && request.type !== 'threads.add_user_message')
      claimed = await runs.claim(run, request.params.thread_id);
    const thread = claimed ? toThreadMetadata(claimed) : undefined;
    result = await deps.tracing.run(span, () =>
      deps.server.processParsed(request, context, { signal: run.signal, run: { run, onUsage }, thread }),
    );
  } catch (error) {
    span.end(error);
    // The first to claim writes last, so nothing is written. A stored message stays, and so does the run under the client's
    // name for the request.
    if (claimed || run.conversationId === '') await runs.abandon(run);
    else await runs.finish(run, { state: 'failed' });
    throw error;
  }
  const work = () => deps.tracing.run(span, () => pump(deps, run, result, context, { began, span, used: () => usage }));
  return { run, begin: () => void asWork(() => run.stop('failed'), work) };
}

/** Sends the events of an answer to the followers of the run, to its end; events that were ready together are one batch. */
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
  let outputs: RunOutput[] = [];
  let growing = { type: 'delta' as const, itemId: '', deltas: [] as ItemUpdate[] };
  const emitOutputs = () => {
    if (outputs.length === 0) return;
    // The first words of an item leave at once; the rest leaves once everything that is ready together is here.
    run.emit(outputs, urgent);
    urgent = false;
    outputs = [];
  };
  const fail = (code: string) => run.emit([{ type: 'note', note: { type: 'error', code, allow_retry: true } }], true);
  run.begin();
  try {
    for await (const { events, written } of result.written) {
      for (let at = 0; at < events.length; at++) {
        const event = events[at]!;
        if (event.type === 'stream_options') run.allowCancel = event.stream_options.allow_cancel;
        if (event.type === 'error') state = 'failed';
        if (event.type !== 'thread.item.updated') {
          outputs.push(toOutput(event, written[at] ?? null));
          urgent = true;
          continue;
        }
        // Additions to one item are one signal: a thousand words are some twenty signals.
        const { item_id: itemId, update } = event;
        if (growing.itemId === itemId && outputs.at(-1) === growing) growing.deltas.push(update);
        else {
          growing = { ...growing, itemId, deltas: [update] };
          outputs.push(growing);
        }
        if (event.item_id !== speaking && isWords(event)) {
          speaking = event.item_id;
          urgent = true;
          firstWords ??= performance.now();
        }
      }
      emitOutputs();
    }
  } catch (error) {
    // The protocol maps an error of the responder to an `error` event; errors caught here come from the store or a fault of
    // ours.
    state = 'failed';
    log.error({ err: error, run: run.id, thread: run.conversationId }, 'an answer broke off');
    fail(streamErrorCode);
  }
  if (run.signal.aborted) {
    state = run.signal.reason as StopReason;
    // A reader who reaches the end of this stream would take the part for the whole answer.
    if (state !== 'stopped') fail(state === 'interrupted' ? interruptedCode : streamErrorCode);
  } else if (state === 'failed') await keepUnfinished(deps, run, log);
  deps.metrics.countAnswer({
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

/** Stores the unfinished items of an answer that failed: people have seen them. */
async function keepUnfinished({ conversations }: ChatKit, run: LiveRun, log: ChatKitContext['log']): Promise<void> {
  const { items } = run.snapshot();
  if (items.length === 0) return;
  try {
    for (const item of unfinished.keep(items, 'failed', run.conversationId))
      await conversations.putItem(run.personId, run.conversationId, item, 'item.done', run);
  } catch (error) {
    log.error({ err: error, run: run.id }, 'what a failed answer had said could not be kept');
  }
}

/** A stream event as an output of the engine; `n` is the number of its durable event. */
function toOutput(event: Exclude<StreamEvent, { type: 'thread.item.updated' }>, n: number | null): RunOutput {
  switch (event.type) {
    case 'thread.item.added':
      return { type: 'item', item: toPending(event.item) };
    case 'thread.item.done':
    case 'thread.item.replaced':
      return n === null ? { type: 'note', note: event } : { type: 'event', n, itemId: event.item.id, value: event };
    case 'thread.item.removed':
      if (n === null) return { type: 'drop', itemId: event.item_id };
      return { type: 'event', n, itemId: event.item_id, value: event };
    default:
      return n === null ? { type: 'note', note: event } : { type: 'event', n, itemId: null, value: event };
  }
}

const isWords = (event: StreamEvent): boolean =>
  event.type === 'thread.item.updated' && event.update.type === 'assistant_message.content_part.text_delta';
