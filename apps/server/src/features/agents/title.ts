import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Model, ModelRequest } from '@openai/agents';
import type { Language } from '../../platform/i18n/index.ts';
import { offlineTitle } from './offline-model/title.ts';
import { plainTitle } from './plain-title.ts';

const instructions = `Write a title for a conversation that begins with the following message. Two to six words, in the
language of the message, without quotation marks or a full stop. Reply with the title only; do not answer the message.`;

/** No title is worth waiting longer for, whoever waits. */
const timeoutMs = 15_000;

/** What calls of a model cost, as far as its server has said. */
export type ModelUsage = {
  inputTokens: number;
  outputTokens: number;
  /** Calls of the model. */
  requests: number;
};

/** A title being found in the background. */
export type TitleSearch = {
  /** The title once it is there. */
  readonly found: string | undefined;
  /** Nothing, until the model has answered. */
  readonly usage: ModelUsage;
  /** Waits for it at most so long, then takes one made by rules from the message's first words. */
  settle(waitMs: number): Promise<string | undefined>;
  /** Gives up. */
  stop(): void;
};

/**
 * Looks for a thread's title. `model` undefined: by rules alone, at once. The model's request runs beside the answer and never holds it
 * up; whatever goes wrong with it, there is a title in the end, unless the message has no words.
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
    // In the next turn of the event loop: the words of the answer that are in hand leave before.
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

/** Asks for a title, and adds what that took to `usage`. */
async function ask(model: Model, message: string, usage: ModelUsage, signal: AbortSignal): Promise<string | undefined> {
  const request: ModelRequest = {
    systemInstructions: instructions,
    // The beginning says what a conversation is about; the rest would only cost.
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

/** A model's answer as a title of at most 80 characters: without a thought in it, and without the label "Title:". */
export function titleOfAnswer(answer: string): string | undefined {
  // One without an end has swallowed the title.
  const said = answer.slice(answer.lastIndexOf('</think>') + 1).replace(/^\/think>/, '');
  if (/^\s*<think/.test(said)) return undefined;
  return plainTitle(said.replace(/^[\s#*_>"]*(?:title|titre|t[ií]tulo)\s*[*_]*\s*[:：][*_]*\s*/i, ''), 80);
}
