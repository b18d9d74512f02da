import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Model, ModelRequest } from '@openai/agents';
import type { Language } from '../../platform/i18n/index.ts';
import { offlineTitle } from './offline-model/title.ts';
import { plainTitle } from './plain-title.ts';

const instructions = `Write a title for a conversation that begins with the following message. Two to six words, in the
language of the message, without quotation marks or a full stop. Reply with the title only; do not answer the message.`;

/** The longest wait for a title, for every caller. */
const timeoutMs = 15_000;

/** The usage of the model's calls, as far as its server has reported it. */
export type ModelUsage = {
  inputTokens: number;
  outputTokens: number;
  /** The number of calls of the model. */
  requests: number;
};

/** A title that is generated in the background. */
export type TitleSearch = {
  /** The title once it exists. */
  readonly found: string | undefined;
  /** Empty until the model has answered. */
  readonly usage: ModelUsage;
  /** Waits this long at most, then makes a title by rules from the message's first words. */
  settle(waitMs: number): Promise<string | undefined>;
  /** Stops the search. */
  stop(): void;
};

/**
 * Starts to generate a thread's title. `model` undefined: by rules alone, at once. The model's request runs beside the
 * answer and never delays it. Whatever fails, there is a title in the end, unless the message has no words.
 */
export function searchTitle(message: string, language: Language, model: Model | undefined): TitleSearch {
  const usage: ModelUsage = { inputTokens: 0, outputTokens: 0, requests: 0 };
  if (!model) {
    const title = offlineTitle(message, language);
    return { found: title, usage, settle: async () => title, stop() {} };
  }
  const giveUp = new AbortController();
  let byRules: string | undefined;
  let found: string | undefined;
  const search = async () => {
    // In the next turn of the event loop: the words of the answer that are ready leave first.
    await nextTurn();
    byRules = offlineTitle(message, language);
    if (byRules !== undefined && !giveUp.signal.aborted) {
      const signal = AbortSignal.any([giveUp.signal, AbortSignal.timeout(timeoutMs)]);
      found = await ask(model, message, usage, signal).catch(() => undefined);
    }
    found ??= byRules;
  };
  const searching = search();
  return {
    get found() {
      return found;
    },
    usage,
    async settle(waitMs) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, waitMs);
      });
      await Promise.race([searching, late]);
      clearTimeout(timer);
      giveUp.abort();
      return found ?? byRules;
    },
    stop: () => giveUp.abort(),
  };
}

/** Asks for a title, and adds its usage to `usage`. */
async function ask(model: Model, message: string, usage: ModelUsage, signal: AbortSignal): Promise<string | undefined> {
  const request: ModelRequest = {
    systemInstructions: instructions,
    // The beginning shows the subject of a conversation; the rest would only cost.
    input: message.slice(0, 2_000),
    modelSettings: {},
    tools: [],
    outputType: 'text',
    handoffs: [],
    tracing: false,
    signal,
  };
  let text = '';
  for await (const event of model.getStreamedResponse(request)) {
    if (event.type === 'output_text_delta') text += event.delta;
    if (event.type === 'response_done') {
      usage.inputTokens += event.response.usage.inputTokens;
      usage.outputTokens += event.response.usage.outputTokens;
      usage.requests += 1;
    }
    if (text.length > 500) break;
  }
  return titleOfAnswer(text);
}

/** A model's answer as a title of at most 80 characters, without thoughts and without the label "Title:". */
export function titleOfAnswer(answer: string): string | undefined {
  // A thought without an end has swallowed the title.
  const said = answer.slice(answer.lastIndexOf('</think>') + 1).replace(/^\/think>/, '');
  if (/^\s*<think/.test(said)) return undefined;
  return plainTitle(said.replace(/^[\s#*_>"]*(?:title|titre|t[ií]tulo)\s*[*_]*\s*[:：][*_]*\s*/i, ''), 80);
}
