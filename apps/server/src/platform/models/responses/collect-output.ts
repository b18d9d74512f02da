import { isObject, type JsonObject } from '../wire/event-stream.ts';

/**
 * Collects the streamed output of a response, for a `response.completed` that lacks it: the SDK reads only that last event,
 * and gateways leave its output, or a message in it, empty. The chat reads messages that were ended.
 */
export function collectOutput(): {
  delta(event: JsonObject): void;
  read(event: JsonObject): void;
  /** Gives the ends of messages that were not ended. */
  complete(event: JsonObject): JsonObject[];
} {
  const done = new Map<number, JsonObject>();
  const texts = new Map<number, { id: string; text: string }>();

  return {
    delta({ output_index: place = 0, item_id: id = '', delta }) {
      const open = texts.get(place);
      if (open) open.text += delta;
      else texts.set(place, { id, text: delta });
    },
    read({ type, output_index: place = 0, item }) {
      if (type === 'response.output_item.done' && isObject(item)) done.set(place, item);
    },
    complete(event) {
      event.response ??= { id: 'resp', status: 'completed' };
      const { response } = event;
      const given = Array.isArray(response.output) && response.output.length > 0;
      if (given) for (const [place, item] of response.output.entries()) fill(item, texts.get(place)?.text);
      const missing: JsonObject[] = [];
      for (const [place, { id, text }] of texts) {
        const known = done.get(place) ?? (given ? wholeOf(response.output[place]) : undefined);
        const item = known ?? { id, type: 'message', role: 'assistant', status: 'completed', content: [] };
        fill(item, text);
        if (!done.has(place)) missing.push({ type: 'response.output_item.done', output_index: place, item });
        done.set(place, item);
      }
      response.output = given ? mendOutput(response.output, done) : inOrder(done);
      return missing;
    },
  };
}

const inOrder = (done: Map<number, JsonObject>): JsonObject[] =>
  [...done].sort(([one], [other]) => one - other).map(([, item]) => item);

/** The items of an output; an invalid item is replaced by the streamed one, unless that stands elsewhere. */
function mendOutput(output: unknown[], done: Map<number, JsonObject>): JsonObject[] {
  const ids = new Set(output.map((item) => wholeOf(item)?.id));
  return output.flatMap((item, place) => {
    const known = done.get(place);
    return wholeOf(item) ?? (known && !ids.has(known.id) ? known : []);
  });
}

/** The item that it is; undefined where it lacks what an item must have. */
function wholeOf(item: unknown): JsonObject | undefined {
  if (!isObject(item) || typeof item.type !== 'string') return undefined;
  if (item.type === 'function_call') return typeof item.name === 'string' ? item : undefined;
  return item.type !== 'message' || Array.isArray(item.content) ? item : undefined;
}

function fill(item: JsonObject, text: string | undefined): void {
  if (item?.type !== 'message' || text === undefined) return;
  const hasText = Array.isArray(item.content) && item.content.some((part: JsonObject) => part?.text);
  if (!hasText) item.content = [{ type: 'output_text', text, annotations: [] }];
}
