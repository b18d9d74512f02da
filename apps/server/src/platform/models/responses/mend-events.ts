import { OutboundError } from '../../outbound/index.ts';
import type { AnswerNotes } from '../wire/answer-notes.ts';
import { isObject, type JsonObject } from '../wire/event-stream.ts';
import type { Reply } from '../wire/model-post.ts';
import { ModelApiError } from '../wire/provider-error.ts';
import { mendCallIds } from './call-ids.ts';
import { collectOutput } from './collect-output.ts';
import { refusalAsText } from './refusals.ts';
import { mendThinkTags } from './think-tags.ts';
import { eventsOf } from './whole-response.ts';

/** Events behind which nothing is missing. */
const final = new Set<unknown>(['response.completed', 'response.failed', 'response.incomplete']);

/**
 * The events of a response in the form that the Agents SDK and the chat expect, from any server; `response.completed`
 * carries `notes`. A stream that ends before the response does fails after the text it sent.
 */
export async function* mendEvents(
  reply: Reply,
  used: ReadonlySet<string>,
): AsyncGenerator<JsonObject, void, undefined> {
  const tags = mendThinkTags();
  const ids = mendCallIds(used);
  const output = collectOutput();
  let ended = false;
  let failure: unknown;

  const mend = (raw: JsonObject): JsonObject[] => {
    if (isNoDelta(raw)) return [];
    if (raw.response !== undefined && !isObject(raw.response)) delete raw.response;
    const events: JsonObject[] = [];
    for (const event of tags.mend(refusalAsText(raw))) {
      events.push(event);
      // Deltas first: nearly every event is one, and nothing more is to be done for it.
      if (event.type === 'response.output_text.delta') {
        output.delta(event);
        continue;
      }
      ids(event);
      output.read(event);
      if (!final.has(event.type)) continue;
      ended = true;
      // Of which the SDK's own error tells nothing.
      if (event.type === 'response.failed' && event.response?.error) {
        throw new ModelApiError(undefined, event.response.error);
      }
      asCompleted(event);
      if (event.type === 'response.completed') events.splice(-1, 0, ...output.complete(event));
    }
    return events;
  };

  try {
    for await (const batch of reply.batches) {
      for (const raw of batch) {
        if (reply.whole) for (const event of eventsOf(raw)) yield* mend(event);
        // The one delta there usually is goes straight through: no array, no generator.
        else if (raw.type === 'response.output_text.delta' && typeof raw.delta === 'string' && tags.isSettled(raw)) {
          output.delta(raw);
          yield raw;
        } else yield* mend(raw);
      }
    }
  } catch (error) {
    failure = error;
  }
  if (!ended || failure) {
    // What was held back was said, too.
    for (const event of tags.rest()) {
      if (event.type === 'response.output_text.delta') output.delta(event);
      yield event;
    }
  }
  if (failure) throw failure;
  if (ended) return;
  if (!reply.saidDone()) throw new OutboundError('cut', 'ended before the answer did');
  yield* mend({ type: 'response.completed', response: { id: 'resp', status: 'completed', output: [], usage: {} } });
}

/** Of words that are none, such as an object, nothing can be shown. */
const isNoDelta = ({ type, delta }: JsonObject): boolean =>
  typeof type === 'string' && type.endsWith('.delta') && typeof delta !== 'string';

/** An answer that was cut is one: what it says is kept, and why it ends is noted. Without a reason it broke off. */
function asCompleted(event: JsonObject): void {
  const { response } = event;
  if (!response || (event.type !== 'response.incomplete' && response.status !== 'incomplete')) return;
  const reason = response.incomplete_details?.reason;
  const ending = reason === 'max_output_tokens' ? 'length' : reason === 'content_filter' ? 'filter' : undefined;
  if (!ending) return;
  event.type = 'response.completed';
  response.status = 'completed';
  event.notes = { ending } satisfies AnswerNotes;
}
