import { createHash } from 'node:crypto';
import type { JsonObject } from '../wire/event-stream.ts';

/** Where Mistral itself answers. */
export const mistralBaseUrl = 'https://api.mistral.ai/v1';

/**
 * A request of Chat Completions as Mistral words it (https://docs.mistral.ai/api). It refuses every field it does not know
 * with 422, sends usage unasked, and gives thoughts as parts of the content, which it wants back in the same shape.
 */
export function fitMistral({ stream_options: _, ...body }: JsonObject): JsonObject {
  const messages = (body.messages as JsonObject[]).flatMap((message, index, all) => {
    const fitted = fitMessage(message);
    // A person who goes on before the model has read a result: Mistral takes no user message right behind a tool's.
    return message.role === 'user' && all[index - 1]?.role === 'tool' ? [emptyReply, fitted] : [fitted];
  });
  // An answer that is to go on is a prefix; as an ordinary last message it is refused.
  const last = messages.at(-1);
  if (last?.role === 'assistant') messages[messages.length - 1] = { ...last, prefix: true };
  return { ...body, messages };
}

const emptyReply = { role: 'assistant', content: 'OK.' };

function fitMessage(message: JsonObject): JsonObject {
  const { role, content } = message;
  if (role === 'tool') return { ...message, tool_call_id: fitCallId(message.tool_call_id) };
  if (role !== 'assistant') return message;
  const thought = [message.reasoning, message.reasoning_content, message.thinking].find(
    (words) => typeof words === 'string' && words !== '',
  );
  return {
    role,
    content: thought === undefined ? content : thinkingBefore(thought, content),
    ...(message.tool_calls && {
      tool_calls: message.tool_calls.map(({ id, type, function: { name, arguments: args } }: JsonObject) => ({
        id: fitCallId(id),
        type,
        function: { name, arguments: args },
      })),
    }),
  };
}

const thinkingBefore = (thought: string, content: unknown): JsonObject[] => [
  { type: 'thinking', thinking: [{ type: 'text', text: thought }], closed: true },
  ...(typeof content === 'string' && content !== '' ? [{ type: 'text', text: content }] : []),
];

/** Mistral takes no ids but its own kind: nine letters or digits. Others stand in calls that another model made. */
const fitCallId = (id: string): string =>
  /^[A-Za-z0-9]{9}$/.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, 9);
