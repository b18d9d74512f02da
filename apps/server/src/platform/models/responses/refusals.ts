import type { JsonObject } from '../wire/event-stream.ts';

/**
 * Turns a refusal into text: it is the answer of the model, so it is streamed and stored like any other. The Agents SDK
 * would show it only at the end, and then fail (`ModelRefusalError`).
 */
export function refusalAsText(event: JsonObject): JsonObject {
  switch (event.type) {
    case 'response.refusal.delta':
      return { ...event, type: 'response.output_text.delta' };
    case 'response.refusal.done':
      return { ...event, type: 'response.output_text.done', text: event.refusal };
    case 'response.content_part.added':
    case 'response.content_part.done':
      return isRefusal(event.part) ? { ...event, part: asText(event.part) } : event;
    case 'response.output_item.added':
    case 'response.output_item.done':
      return { ...event, item: withoutRefusal(event.item) };
    case 'response.completed':
    case 'response.incomplete': {
      const { response } = event;
      if (!Array.isArray(response?.output)) return event;
      return { ...event, response: { ...response, output: response.output.map(withoutRefusal) } };
    }
    default:
      return event;
  }
}

const isRefusal = (part: JsonObject | undefined): boolean => part?.type === 'refusal';
const asText = ({ refusal }: JsonObject): JsonObject => ({ type: 'output_text', text: refusal ?? '', annotations: [] });

function withoutRefusal(item: JsonObject): JsonObject {
  if (!Array.isArray(item?.content) || !item.content.some(isRefusal)) return item;
  return { ...item, content: item.content.map((part: JsonObject) => (isRefusal(part) ? asText(part) : part)) };
}
