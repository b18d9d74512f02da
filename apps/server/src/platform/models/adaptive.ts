import type { Model } from '@openai/agents';
import { OutboundError } from '../outbound/index.ts';
import type { Habits } from './wire/fitting.ts';
import { ModelApiError } from './wire/provider-error.ts';

/** Models of one name on a server whose abilities are not known beforehand. */
export type AdaptiveOptions = {
  responses: Model;
  chat: Model;
  habits: Habits;
};

const chatOnly = 'chat completions';

/**
 * An OpenAI-compatible model that finds out which API its server has. A refusal of the Responses API comes before the
 * first event, so nothing was shown yet, and Chat Completions may be asked instead. Only an answer from there proves that
 * the other API is missing; then it is remembered, and not for good, since a 404 may be that of a server in mid-start.
 */
export function adaptiveModel({ responses, chat, habits }: AdaptiveOptions): Model {
  const known = () => habits.known().has(chatOnly);
  return {
    async getResponse(request) {
      if (known()) return chat.getResponse(request);
      try {
        return await responses.getResponse(request);
      } catch (error) {
        if (!isMissing(error)) throw error;
        const answer = await chat.getResponse(request);
        habits.learn(chatOnly);
        return answer;
      }
    },
    async *getStreamedResponse(request) {
      if (known()) return yield* chat.getStreamedResponse(request);
      let begun = false;
      try {
        for await (const event of responses.getStreamedResponse(request)) {
          begun = true;
          yield event;
        }
        return;
      } catch (error) {
        if (begun || !isMissing(error)) throw error;
      }
      for await (const event of chat.getStreamedResponse(request)) {
        if (!begun) habits.learn(chatOnly);
        begun = true;
        yield event;
      }
    },
  };
}

/** Whether this is how servers say that they have no such address: LM Studio with status 200, others with their web page. */
function isMissing(error: unknown): boolean {
  if (error instanceof OutboundError) return error.kind === 'garbage';
  const { status, reason = '' } = error instanceof ModelApiError ? error : ({} as Partial<ModelApiError>);
  if (status === 404 || status === 405 || status === 501) return true;
  const about = /endpoint|route|path|method|url|\/responses|responses api/i;
  return (
    error instanceof ModelApiError &&
    (status === undefined || status === 400 || status === 422) &&
    about.test(reason) &&
    /unexpected|unknown|not (?:found|supported|allowed|implemented)|unsupported|no such|cannot post/i.test(reason)
  );
}
