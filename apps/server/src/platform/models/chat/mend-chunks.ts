import { OutboundError } from '../../outbound/index.ts';
import type { AnswerNotes, Ending } from '../wire/answer-notes.ts';
import type { JsonObject } from '../wire/event-stream.ts';
import type { Reply } from '../wire/model-post.ts';
import type { Chunk, Delta } from './chunk.ts';
import { withOneChoice } from './one-choice.ts';
import { mendRefusals } from './refusals.ts';
import { mendThoughts } from './thoughts.ts';
import { mendToolCalls } from './tool-calls.ts';

/** Why an answer ended, as servers word it, where it was not the model's own end. */
const endings = new Map<string, Ending>([
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['max_output_tokens', 'length'],
  ['model_length', 'length'],
  ['content_filter', 'filter'],
  ['safety', 'filter'],
  ['sensitive', 'filter'],
]);

/**
 * The chunks of an answer in the form that the Agents SDK expects, from any server; the last one carries `notes`. A stream
 * that breaks off fails after the text it sent: an answer is whole when its server marks the end, by a `finish_reason` or
 * by `[DONE]`.
 */
export async function* mendChunks(reply: Reply, used: ReadonlySet<string>): AsyncGenerator<Chunk, void, undefined> {
  const refusals = mendRefusals();
  const thoughts = mendThoughts();
  const toolCalls = mendToolCalls(used);
  const notes: AnswerNotes = {};
  let ended = reply.whole;
  let failure: unknown;

  try {
    for await (const batch of reply.batches) {
      for (const raw of batch) {
        const chunk = withOneChoice(raw);
        const choice = chunk.choices[0];
        if (choice) {
          refusals(choice.delta);
          thoughts.mend(choice.delta);
          toolCalls.mend(choice.delta);
          const reason = choice.finish_reason;
          if (reason === 'error') throw new OutboundError('cut', 'the server ended it with an error');
          if (reason !== null) {
            ended = true;
            notes.ending ??= endings.get(reason.toLowerCase());
            // The SDK makes words of its own, or an error, of the others.
            choice.finish_reason = 'stop';
          }
        }
        yield chunk;
      }
    }
  } catch (error) {
    failure = error;
  }
  // What was held back was said, too.
  const rest = thoughts.rest();
  if (rest) yield chunkOf(rest);
  if (failure) throw failure;
  if (!ended && !reply.saidDone()) throw new OutboundError('cut', 'ended before the answer did');
  const [first, ...others] = toolCalls.calls();
  if (first) {
    notes.calls = new Map<string, JsonObject>(others.map(({ id, more }) => [id, more]));
    notes.calls.set(first.id, { ...first.more, ...thoughts.toReturn() });
  }
  yield { choices: [], notes };
}

const chunkOf = (delta: Delta): Chunk => ({ choices: [{ index: 0, delta, finish_reason: null }] });
