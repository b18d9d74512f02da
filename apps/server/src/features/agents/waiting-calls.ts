import type { SdkHiddenContextItem, ThreadItem } from '@causerie/chatkit';
import type { AgentInputItem, AgentOutputItem } from '@openai/agents';
import { z } from 'zod';
import { mostCalls } from '../../platform/models/index.ts';

/** A call that the browser must run. */
export type WaitingCall = {
  callId: string;
  name: string;
  arguments: Record<string, unknown>;
};

/**
 * A note about a model's answer that calls tools of the browser, for the turns that follow: ChatKit has the browser run one
 * call at a time, and stores only the name and arguments of a call. Stored as a hidden item before the first call.
 */
export type CallNote = {
  /** The model that called: its private data mean nothing to another model. */
  model: string;
  calls: WaitingCall[];
  /** The results for invalid calls, by their id. */
  refused: Record<string, string>;
  /** The model's own items, with the data its server expects back: thought signatures, encrypted reasoning. */
  items: AgentOutputItem[];
};

/** The largest note: it goes into every later request, and into the thread. */
const longestNote = 60_000;
const notRun = 'This call was not run.';
const tooMany = `This call and those after it were not run: no more than ${mostCalls} calls of one answer are. Call again what is still needed.`;

const content = z.object({
  client_tool_calls: z.object({
    model: z.string(),
    calls: z.array(z.object({ callId: z.string(), name: z.string(), arguments: z.record(z.string(), z.unknown()) })),
    refused: z.record(z.string(), z.string()),
    items: z.array(z.looseObject({ type: z.string() })),
  }),
});

/** The note of an answer; undefined unless it has more than one call, or more data than ChatKit stores of one. */
export function noteOfAnswer(
  model: string,
  output: readonly AgentOutputItem[],
  asked: readonly WaitingCall[],
  refused: ReadonlyMap<string, string>,
): CallNote | undefined {
  const called = output.filter((item) => item.type === 'function_call');
  const [run, beyond] = [called.slice(0, mostCalls), called.slice(mostCalls)];
  const calls = run.flatMap(({ callId }) => asked.find((one) => one.callId === callId) ?? []);
  const isKept = (item: AgentOutputItem) =>
    item.type === 'function_call' || (item.type === 'reasoning' && item.providerData !== undefined);
  const items = output.filter(isKept);
  const plain = items.every((item) => item.type === 'function_call' && item.providerData === undefined);
  if (called.length <= 1 && plain) return undefined;
  const notCalled = beyond.map(({ callId }) => [callId, tooMany] as const);
  const note = { model, calls, refused: Object.fromEntries([...refused, ...notCalled]), items };
  if (JSON.stringify(note).length <= longestNote) return note;
  return { ...note, items: called.map(({ providerData: _, ...item }) => item) };
}

/** Encodes a note for the store. */
export const writeNote = (note: CallNote): string => JSON.stringify({ client_tool_calls: note });

/** Decodes the note of a hidden item; undefined for any other item. */
export function readNote(item: ThreadItem): CallNote | undefined {
  if (!isNoteItem(item)) return undefined;
  try {
    return content.parse(JSON.parse(item.content)).client_tool_calls as unknown as CallNote;
  } catch {
    return undefined;
  }
}

export const isNoteItem = (item: ThreadItem): item is SdkHiddenContextItem =>
  item.type === 'sdk_hidden_context' && item.content.startsWith('{"client_tool_calls":');

/** The next call to run; undefined when the model may go on. */
export function nextCall(history: readonly ThreadItem[]): WaitingCall | undefined {
  const at = history.findLastIndex((item) => isNoteItem(item) || item.type === 'user_message');
  const note = history[at] && readNote(history[at]);
  if (!note) return undefined;
  const run = new Set(
    history.slice(at + 1).flatMap((item) => (item.type === 'client_tool_call' ? [item.call_id] : [])),
  );
  return note.calls.find(({ callId }) => !run.has(callId));
}

/** How often the model had the browser run tools since the person's last message; calls of one answer count once. */
export function stepsTaken(history: readonly ThreadItem[]): number {
  const since = history.slice(history.findLastIndex((item) => item.type === 'user_message') + 1);
  const together = new Set(
    since.flatMap(
      (item) =>
        readNote(item)
          ?.calls.slice(1)
          .map(({ callId }) => callId) ?? [],
    ),
  );
  return since.filter((item) => item.type === 'client_tool_call' && !together.has(item.call_id)).length;
}

/**
 * The model's input with its own calls as it made them: all calls of one answer together, each with its result, and with
 * the data that its server expects back. Calls without a note stay as they are.
 */
export function withOwnCalls(
  input: readonly AgentInputItem[],
  history: readonly ThreadItem[],
  model: string,
): AgentInputItem[] {
  const notes = history.flatMap((item) => readNote(item) ?? []).filter((note) => note.model === model);
  if (notes.length === 0) return [...input];
  const noteOf = new Map(notes.flatMap((note) => calledIn(note).map(({ callId }) => [callId, note] as const)));
  const results = new Map(
    input.flatMap((item) => (item.type === 'function_call_result' ? [[item.callId, item] as const] : [])),
  );
  const told = new Set<CallNote>();
  return input.flatMap((item) => {
    if (item.type !== 'function_call' && item.type !== 'function_call_result') return [item];
    const note = noteOf.get(item.callId);
    if (!note) return [item];
    if (told.has(note)) return [];
    told.add(note);
    const answers = calledIn(note).map(
      ({ callId, name }): AgentInputItem =>
        results.get(callId) ?? {
          type: 'function_call_result',
          callId,
          name,
          status: 'completed',
          output: note.refused[callId] ?? notRun,
        },
    );
    return [...(note.items as AgentInputItem[]), ...answers];
  });
}

const calledIn = (note: CallNote) => note.items.filter((item) => item.type === 'function_call');
