import type { JsonObject } from '../wire/event-stream.ts';
import { createThinkSplitter, type SplitText } from '../wire/think-tags.ts';

/** A message that is being written. */
type Message = {
  id: unknown;
  place: unknown;
  splitter: ReturnType<typeof createThinkSplitter>;
  text: string;
  thought: string;
  thoughtEnded: boolean;
  /** Nothing is held back, and nothing will be: what comes is text. */
  settled: boolean;
};

/**
 * Makes a reasoning of the thought that a model writes into its message between `<think>` and `</think>`. It stands before the
 * message, which is shown with its first words (`TurnWriter.openMessage`).
 */
export function mendThinkTags(): {
  mend(event: JsonObject): JsonObject[];
  /** Whether `mend` would only give this delta back. */
  isSettled(delta: JsonObject): boolean;
  /** What is held back of messages that were not ended. */
  rest(): JsonObject[];
} {
  const messages = new Map<string, Message>();
  const keyOf = (event: JsonObject) => `${event.output_index ?? event.item_id ?? event.item?.id ?? ''}`;
  let settled: JsonObject | undefined;

  const open = (event: JsonObject): Message => {
    const key = keyOf(event);
    let message = messages.get(key);
    if (!message) {
      const { output_index: place, item_id, item } = event;
      const splitter = createThinkSplitter();
      message = {
        id: item_id ?? item?.id,
        place,
        splitter,
        text: '',
        thought: '',
        thoughtEnded: false,
        settled: false,
      };
      messages.set(key, message);
    }
    return message;
  };

  const eventsOf = (message: Message, event: JsonObject, said: SplitText[]): JsonObject[] => {
    const id = `rs_${event.item_id ?? keyOf(event)}`;
    const events: JsonObject[] = [];
    for (const { kind, words } of said) {
      if (kind === 'thought') {
        if (message.thought === '') {
          events.push({ type: 'response.output_item.added', item: { id, type: 'reasoning', summary: [] } });
        }
        message.thought += words;
        events.push({ type: 'response.reasoning_summary_text.delta', item_id: id, summary_index: 0, delta: words });
      } else {
        events.push(...endThought(message, id));
        message.text += words;
        events.push({ ...event, type: 'response.output_text.delta', delta: words });
      }
    }
    return events;
  };

  const endThought = (message: Message, id: string): JsonObject[] => {
    const { thought: text, thoughtEnded } = message;
    if (text === '' || thoughtEnded) return [];
    message.thoughtEnded = true;
    return [{ type: 'response.reasoning_summary_text.done', item_id: id, summary_index: 0, text }];
  };

  return {
    isSettled(delta) {
      // By the ids of the delta before: a message is looked up once, not for each of its words.
      if (settled && settled.item_id === delta.item_id && settled.output_index === delta.output_index) return true;
      const message = messages.get(keyOf(delta));
      if (!message?.settled) return false;
      settled = delta;
      return true;
    },
    rest: () =>
      [...messages.values()].flatMap((message) =>
        eventsOf(message, { item_id: message.id, output_index: message.place }, message.splitter.end()),
      ),
    mend(event) {
      switch (event.type) {
        case 'response.output_item.added':
          if (event.item?.type === 'message') open(event);
          return [event];
        case 'response.output_text.delta': {
          const message = open(event);
          const events = eventsOf(message, event, message.splitter.push(event.delta ?? ''));
          message.settled = message.text !== '';
          return events;
        }
        case 'response.output_text.done':
        case 'response.content_part.done':
        case 'response.output_item.done': {
          const message = messages.get(keyOf(event));
          if (!message) return [withoutThought(event)];
          const id = `rs_${event.item_id ?? event.item?.id ?? keyOf(event)}`;
          const events = eventsOf(message, { ...event, item: undefined, part: undefined }, message.splitter.end());
          if (event.type === 'response.output_item.done') messages.delete(keyOf(event));
          return [...events, ...endThought(message, id), withoutThought(event)];
        }
        case 'response.completed':
        case 'response.incomplete':
          return [withoutThought(event)];
        default:
          return [event];
      }
    },
  };
}

/** An event that repeats the text, without the thought in it. */
function withoutThought(event: JsonObject): JsonObject {
  const { response } = event;
  if (typeof event.text === 'string') return { ...event, text: answerIn(event.text) };
  if (event.part) return { ...event, part: partWithout(event.part) };
  if (event.item) return { ...event, item: itemWithout(event.item) };
  if (!Array.isArray(response?.output)) return event;
  return { ...event, response: { ...response, output: response.output.map(itemWithout) } };
}

const itemWithout = (item: JsonObject): JsonObject =>
  item?.type === 'message' && Array.isArray(item.content) ? { ...item, content: item.content.map(partWithout) } : item;

const partWithout = (part: JsonObject): JsonObject =>
  part?.type === 'output_text' && typeof part.text === 'string' ? { ...part, text: answerIn(part.text) } : part;

function answerIn(text: string): string {
  if (!text.trimStart().startsWith('<')) return text;
  const splitter = createThinkSplitter();
  return [...splitter.push(text), ...splitter.end()]
    .filter(({ kind }) => kind === 'text')
    .map(({ words }) => words)
    .join('');
}
