import type { Model, ModelRequest, ModelResponse, StreamEvent } from '@openai/agents';
import { ModelApiError } from './responses-client.ts';

/** Models of one name on a server whose abilities are not known beforehand. */
export interface AdaptiveOptions {
  responses: Model;
  /** Where to turn when the server has no Responses API; undefined when it surely has. */
  chat: Model | undefined;
}

/**
 * An OpenAI-compatible model that finds out what its server can do. The first request shows it: a server without the
 * Responses API answers 404 or 405, and is asked over Chat Completions from then on; a model that does not reason, or an
 * organisation not entitled to summaries, answers 400 naming the `reasoning` parameter, which is left out from then on.
 * Both refusals come before the first event, so nothing was shown yet and asking again is safe.
 */
export function adaptiveModel({ responses, chat }: AdaptiveOptions): Model {
  let current = responses;
  let reasoning = true;

  const prepare = (request: ModelRequest): ModelRequest => {
    if (reasoning || request.modelSettings.reasoning === undefined) return request;
    const { reasoning: _, ...modelSettings } = request.modelSettings;
    return { ...request, modelSettings };
  };

  /** Learns from a refusal; true when asking again makes sense. */
  const learn = (error: unknown, asked: Model): boolean => {
    const { status, param } = (error ?? {}) as { status?: number; param?: unknown };
    if (chat && asked === responses && (status === 404 || status === 405)) {
      current = chat;
      return true;
    }
    if (reasoning && status === 400 && typeof param === 'string' && param.startsWith('reasoning')) {
      reasoning = false;
      return true;
    }
    return false;
  };

  return {
    async getResponse(request): Promise<ModelResponse> {
      for (;;) {
        const asked = current;
        try {
          return await asked.getResponse(prepare(request));
        } catch (error) {
          if (!learn(error, asked)) throw error;
        }
      }
    },
    async *getStreamedResponse(request): AsyncIterable<StreamEvent> {
      for (;;) {
        const asked = current;
        let begun = false;
        let reason: ModelApiError | undefined;
        try {
          for await (const event of asked.getStreamedResponse(prepare(request))) {
            begun = true;
            reason = event.type === 'model' ? reasonIn(event.event as RawEvent | null) : undefined;
            yield event;
          }
          return;
        } catch (error) {
          if (begun || !learn(error, asked)) throw reason ?? error;
        }
      }
    },
  };
}

interface RawEvent {
  type?: string;
  response?: { error?: unknown };
}

/** Why a response failed: its server says so in the last event, of which the SDK's own error tells nothing. */
function reasonIn(event: RawEvent | null): ModelApiError | undefined {
  return event?.type === 'response.failed' && event.response?.error
    ? new ModelApiError(undefined, event.response.error)
    : undefined;
}
