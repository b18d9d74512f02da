import type { Model, ModelRequest, StreamEvent } from '@openai/agents';
import { OutboundError } from '../outbound/index.ts';
import { boundCalls, type Excess } from './bounded-calls.ts';
import { EmptyAnswerError } from './empty-answer.ts';
import { modelFailure } from './failures.ts';
import type { AnswerNotes, Ending } from './wire/answer-notes.ts';

type Done = Extract<StreamEvent, { type: 'response_done' }>;

type Output = Done['response']['output'];

/**
 * Characters of one response with what the model thinks of it, four times what the longest models write. Each is sent, stored and sent again whenever the
 * conversation is opened: one of 30 million held up everybody for eight seconds.
 */
const longestAnswer = 2_000_000;

/**
 * A model whose answers are whole, and say something. Whatever comes out of reading a reply is a failure of the model, and
 * is marked as one here, where that is still known: clients throw bare errors at what they cannot make sense of.
 *
 * An answer that ended before its time (its length, a filter) keeps
 * what it said, and `endingOf` tells why. An empty one fails at once: the Agents SDK would ask again until its turns are
 * used up.
 *
 * @param saysEnd true where the client takes the end of the body for the end of the answer (the AI SDK's), so that only
 *   the model's own last event shows that nothing is missing
 */
export function completeAnswers(model: Model, { saysEnd = false } = {}): Model {
  return {
    getResponse: (request) => model.getResponse(request),
    async *getStreamedResponse(request: ModelRequest): AsyncIterable<StreamEvent> {
      let notes: AnswerNotes = {};
      let ended = !saysEnd;
      let length = 0;
      try {
        for await (const event of model.getStreamedResponse(request)) {
          if (event.type === 'model') {
            const raw = event.event as RawEvent | null;
            length += thoughtLength(raw);
            if (length > longestAnswer) throw new OutboundError('garbage', 'the answer does not end');
            if (raw?.notes) {
              notes = raw.notes;
              // The wire's own word to us, on a chunk of its own; that of the Responses API stands on its last event.
              if (raw.type === undefined) continue;
            } else if (raw?.type === 'finish') {
              const reason = raw.finishReason?.unified;
              // The AI SDK's word for a stream that ended without any (`LanguageModelV4FinishReason`).
              ended ||= reason !== 'interrupted';
              notes = { ending: reason === 'length' ? 'length' : reason === 'content-filter' ? 'filter' : undefined };
            }
          } else if (event.type === 'output_text_delta') {
            length += event.delta.length;
            if (length > longestAnswer) throw new OutboundError('garbage', 'the answer does not end');
          } else if (event.type === 'response_done') {
            if (!ended) throw new OutboundError('cut', 'ended before the answer did');
            // The Responses API's last raw event comes behind this one, but its notes are on what is repeated of it here.
            yield finish(event, notes.ending || notes.calls ? notes : notesOn(event));
            continue;
          }
          yield event;
        }
      } catch (error) {
        if (request.signal?.aborted || modelFailure(error)) throw error;
        throw new OutboundError('garbage', 'the reply made no sense', error);
      }
    },
  };
}

/** Why an answer ended before its time; undefined for one that did not. */
export function endingOf(response: ProviderData): Ending | undefined {
  return response.providerData?.ending as Ending | undefined;
}

/** What of an answer's calls is not run because it is too much; empty for most. */
export function excessOf(response: ProviderData): readonly Excess[] {
  return (response.providerData?.excess as Excess[] | undefined) ?? [];
}

/** A response as the SDK's `response_done` carries it. */
type ProviderData = { providerData?: Record<string, unknown> | undefined };

/** What is read of a chunk of Chat Completions, an event of the Responses API, and a part of an AI SDK model. */
type RawEvent = {
  type?: string;
  notes?: AnswerNotes;
  finishReason?: { unified?: string };
  delta?: unknown;
  choices?: { delta?: { reasoning?: unknown } | null }[] | null;
};

/** Characters of what the model thinks, in an event of one of the three kinds. */
function thoughtLength(raw: RawEvent | null): number {
  const thought = /reasoning/.test(raw?.type ?? '') ? raw?.delta : raw?.choices?.[0]?.delta?.reasoning;
  return typeof thought === 'string' ? thought.length : 0;
}

const notesOn = (event: Done): AnswerNotes => (event.providerData?.notes as AnswerNotes | undefined) ?? {};

function finish(event: Done, { ending, calls }: AnswerNotes): Done {
  const bounded = boundCalls(event.response.output);
  const { excess } = bounded;
  const output = bounded.output
    // A call that was cut in the middle of its arguments is none.
    .filter((item) => !(ending === 'length' && item.type === 'function_call' && !isJson(item.arguments)))
    .map((item) => {
      const back = item.type === 'function_call' ? calls?.get(item.callId) : undefined;
      return back && Object.keys(back).length > 0 ? { ...item, providerData: back } : item;
    }) as Output;
  if (!output.some(saysSomething)) throw new EmptyAnswerError(ending, event.response.usage);
  if (!ending && excess.length === 0 && !calls) return event;
  const providerData = {
    ...event.response.providerData,
    ...(ending && { ending }),
    ...(excess.length > 0 && { excess }),
  };
  return { ...event, response: { ...event.response, output, providerData } };
}

function saysSomething(item: Output[number]): boolean {
  if (item.type === 'reasoning') return false;
  if (item.type !== 'message') return true;
  if (typeof item.content === 'string') return (item.content as string).trim() !== '';
  return item.content.some((part) =>
    part.type === 'output_text' ? part.text.trim() !== '' : part.type === 'refusal' ? part.refusal !== '' : true,
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
