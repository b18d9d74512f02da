import type { JsonObject } from '../wire/event-stream.ts';
import { type Concession, calledInWords, noTools, optional, refusesTools, resultInWords } from '../wire/fitting.ts';

type Message = JsonObject;

/**
 * A request as every server takes it. Text alone is a string (strict servers know no parts); two messages of one side are
 * one (templates of many open models refuse anything but strict alternation, and a turn that failed leaves two); what a
 * call carries for its server stands where that server looks for it.
 */
export function fitMessages(body: JsonObject): JsonObject {
  const messages: Message[] = [];
  for (const raw of body.messages as Message[]) {
    const message = withCallsOfItsServer({ ...raw, content: fitContent(raw.content) });
    const last = messages.at(-1);
    if (last && mergeable(last, message)) messages[messages.length - 1] = merge(last, message);
    else messages.push(message);
  }
  const fitted: JsonObject = { ...body, messages };
  // `strict: false` is what its absence means, and a field that some do not know.
  if (Array.isArray(body.tools)) fitted.tools = body.tools.map(withoutLaxity);
  return fitted;
}

function fitContent(content: unknown): unknown {
  if (!Array.isArray(content)) return content;
  const parts = content.map((part) => (part.type === 'refusal' ? { type: 'text', text: part.refusal } : part));
  return parts.every((part) => part.type === 'text') ? parts.map((part) => part.text).join('\n\n') : parts;
}

/** The SDK puts what belongs to a call beside the call and on the message as well. */
function withCallsOfItsServer(message: Message): Message {
  const { reasoning: _, ...rest } = message;
  if (!Array.isArray(message.tool_calls)) return rest;
  const ofMessage = ['reasoning_content', 'reasoning', 'thinking', 'reasoning_details'];
  const onMessage: JsonObject = {};
  const calls = message.tool_calls.map((call: JsonObject) => {
    const kept = { ...call };
    for (const name of ofMessage) {
      if (call[name] !== undefined) onMessage[name] = call[name];
      delete kept[name];
    }
    return kept;
  });
  const known = new Set(['role', 'content', 'tool_calls', 'name', 'audio']);
  const plain = Object.fromEntries(Object.entries(rest).filter(([name]) => known.has(name)));
  return { ...plain, ...onMessage, tool_calls: calls };
}

function mergeable(one: Message, other: Message): boolean {
  if (one.role !== other.role) return false;
  if (one.role === 'user' || one.role === 'system') return true;
  return one.role === 'assistant' && !one.tool_calls && !one.audio && !other.audio;
}

function merge(one: Message, other: Message): Message {
  return { ...one, ...other, content: join(one.content, other.content) };
}

function join(one: unknown, other: unknown): unknown {
  if (!one) return other;
  if (!other) return one;
  if (typeof one === 'string' && typeof other === 'string') return `${one}\n\n${other}`;
  const parts = (content: unknown) => (Array.isArray(content) ? content : [{ type: 'text', text: content }]);
  return [...parts(one), ...parts(other)];
}

function withoutLaxity(tool: JsonObject): JsonObject {
  if (tool.function?.strict !== false) return tool;
  const { strict: _, ...fn } = tool.function;
  return { ...tool, function: fn };
}

/** What a request of Chat Completions can do without, in the order in which it is tried. */
export const chatConcessions: readonly Concession[] = [
  optional('stream_options', 'include_usage'),
  optional('reasoning_effort'),
  {
    name: 'tools',
    has: (body) => body.tools !== undefined,
    isRefused: refusesTools,
    without(body) {
      const { tools: _, tool_choice: __, parallel_tool_calls: ___, ...rest } = body;
      const messages = (body.messages as Message[]).map(inWords);
      return fitMessages({ ...rest, messages: [{ role: 'system', content: noTools }, ...messages] });
    },
  },
  {
    // Templates of Gemma and others know no such role.
    name: 'system',
    has: (body) => body.messages.some((message: Message) => message.role === 'system'),
    isRefused: ({ reason }) => /system (?:role|message|prompt)|role\b.{0,20}\bsystem/i.test(reason),
    without: (body) =>
      fitMessages({
        ...body,
        messages: body.messages.map((message: Message) =>
          message.role === 'system' ? { ...message, role: 'user' } : message,
        ),
      }),
  },
];

function inWords(message: Message): Message {
  if (message.role === 'tool') return { role: 'user', content: resultInWords(message.content) };
  if (!message.tool_calls) return message;
  const calls = message.tool_calls.map(({ function: fn }: JsonObject) => calledInWords(fn.name, fn.arguments));
  return { role: 'assistant', content: [message.content, ...calls].filter(Boolean).join('\n') };
}
