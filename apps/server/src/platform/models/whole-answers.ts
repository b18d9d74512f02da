import type { Model, StreamEvent } from '@openai/agents';
import { ModelConnectionError } from './model-fetch.ts';

/**
 * A model whose answer is complete only when its server has said so. The clients of Chat Completions and those of the AI
 * SDK take the end of the body for the end of the answer, so that one cut short on its way would pass for whole.
 */
export function wholeAnswers(model: Model): Model {
  return {
    getResponse: (request) => model.getResponse(request),
    async *getStreamedResponse(request): AsyncIterable<StreamEvent> {
      let ended = false;
      for await (const event of model.getStreamedResponse(request)) {
        if (event.type === 'model') ended ||= saysEnd(event.event as RawEvent | null);
        else if (event.type === 'response_done' && !ended) {
          throw new ModelConnectionError('cut', 'ended before the answer did');
        }
        yield event;
      }
    },
  };
}

/** What is read of a chunk of Chat Completions, and of a part of an AI SDK model. */
interface RawEvent {
  choices?: { finish_reason?: string | null }[];
  type?: string;
  finishReason?: { unified?: string };
}

function saysEnd(event: RawEvent | null): boolean {
  // The AI SDK's word for a stream that ended without any (`LanguageModelV4FinishReason`).
  if (event?.type === 'finish') return event.finishReason?.unified !== 'interrupted';
  return event?.choices?.some((choice) => choice.finish_reason) ?? false;
}
