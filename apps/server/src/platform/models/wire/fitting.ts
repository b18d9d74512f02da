import type { JsonObject } from './event-stream.ts';
import { ModelApiError } from './provider-error.ts';

/** One thing that not every server or model takes, and how a request does without it. */
export type Concession = {
  /** What is remembered; unique within a table. */
  name: string;
  /** Whether this refusal is about it. Called only for requests that `without` would change. */
  isRefused(error: ModelApiError): boolean;
  /** Whether the request has it. */
  has(body: JsonObject): boolean;
  /** The request without it; a new object. */
  without(body: JsonObject): JsonObject;
};

/** What one model on one server was found not to take. */
export type Habits = {
  known(): ReadonlySet<string>;
  learn(name: string): void;
};

/** Servers are updated and models given tools: what was learned is tried again after an hour. */
const habitLifeMs = 60 * 60_000;

/** @param now a clock in milliseconds that never goes back */
export function createHabits(now: () => number = () => performance.now()): Habits {
  const learned = new Map<string, number>();
  return {
    known() {
      for (const [name, at] of learned) if (now() - at > habitLifeMs) learned.delete(name);
      return new Set(learned.keys());
    },
    learn: (name) => void learned.set(name, now()),
  };
}

/**
 * Sends a request, and repeats it without the parts that the server refuses: each concession once, and before any output,
 * so that nothing is shown twice. Concessions that led to an answer are remembered; the others are forgotten, and the last
 * refusal is thrown.
 */
export async function askFitting<Answer>(
  body: JsonObject,
  { table, habits, send }: { table: readonly Concession[]; habits: Habits; send(body: JsonObject): Promise<Answer> },
): Promise<Answer> {
  const known = habits.known();
  const made: Concession[] = [];
  let asked = body;
  for (const concession of table) {
    if (known.has(concession.name) && concession.has(asked)) asked = concession.without(asked);
  }
  for (;;) {
    try {
      const answer = await send(asked);
      for (const { name } of made) habits.learn(name);
      return answer;
    } catch (error) {
      if (!(error instanceof ModelApiError) || !isAboutRequest(error)) throw error;
      const next = table.find((one) => !made.includes(one) && one.has(asked) && one.isRefused(error));
      if (!next) throw error;
      made.push(next);
      asked = next.without(asked);
    }
  }
}

// OpenRouter says 404 for tools, llama.cpp 500 ("tools param requires --jinja flag"), LM Studio 200 with an error.
const isAboutRequest = ({ status }: ModelApiError): boolean =>
  status === undefined || [400, 404, 405, 415, 422, 500, 501].includes(status);

const refusing =
  /not? (?:\w+ ){0,3}(?:support|allow|permit|accept|enabl|implement|recogni|known|available)|unsupported|unrecogni|unknown|unexpected|extra (?:inputs?|fields?)|forbidden|invalid|requires?\b|must be (?:absent|omitted|unset)|disabled|missing_parser|no endpoints found/i;

/** A parameter that an answer can do without. A server that does not take it names it in its refusal. */
export function optional(...names: string[]): Concession {
  const named = new RegExp(`(?<![\\w.])(?:${names.join('|')})(?![\\w])`);
  return {
    name: names[0]!,
    isRefused: ({ param, reason }) =>
      (param !== undefined && named.test(param)) || (refusing.test(reason) && named.test(reason)),
    has: (body) =>
      names.some((name) => body[name] !== undefined && !(Array.isArray(body[name]) && body[name].length === 0)),
    without(body) {
      const rest = { ...body };
      for (const name of names) delete rest[name];
      return rest;
    },
  };
}

/**
 * Whether a refusal says that this model, or this server, calls no tools. Ollama: "… does not support tools"; vLLM: ""auto"
 * tool choice requires --enable-auto-tool-choice"; OpenRouter: "No endpoints found that support tool use"; FastAPI:
 * "tools: Extra inputs are not permitted". Not "Invalid tool_call_id" and the like: that is about what was called.
 */
export const refusesTools = ({ param, reason }: ModelApiError): boolean =>
  /^(?:tools|tool_choice|functions)\b/.test(param ?? '') ||
  (/\btools?\b(?![ _]call[ _]id)|tool[ _-]?(?:choice|use|calling)|function[ _-]?calling/i.test(reason) &&
    refusing.test(reason) &&
    !/tool_call_id|messages?\[\d|tool_calls?\b.{0,40}\bfollowed/i.test(reason));

/** What a model is told in place of the tools it cannot call. */
export const noTools = 'No tools can be called here. Answer with what you know, and say so when that is not enough.';

/** What was called, for a model that calls nothing. */
export const calledInWords = (name: unknown, args: unknown): string => `[Called ${name} with ${args}]`;
export const resultInWords = (output: unknown): string =>
  `[The result was: ${typeof output === 'string' ? output : JSON.stringify(output)}]`;
