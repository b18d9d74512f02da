import { isObject, type JsonObject } from '../wire/event-stream.ts';

/** The events that a server which does not stream would have sent for its response. */
export function eventsOf(response: JsonObject): JsonObject[] {
  const output: JsonObject[] = Array.isArray(response.output) ? response.output.filter(isObject) : [];
  return [
    { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
    ...output.flatMap((item, output_index) => [
      ...(item.type === 'reasoning' ? reasoningOf(item, output_index) : []),
      { type: 'response.output_item.done', output_index, item },
    ]),
    { type: 'response.completed', response: { ...response, output } },
  ];
}

function reasoningOf(item: JsonObject, output_index: number): JsonObject[] {
  const parts: JsonObject[] = Array.isArray(item.summary) ? item.summary.filter(isObject) : [];
  return [
    { type: 'response.output_item.added', output_index, item: { ...item, summary: [] } },
    ...parts.map(({ text }, summary_index) => ({
      type: 'response.reasoning_summary_text.done',
      item_id: item.id,
      output_index,
      summary_index,
      text,
    })),
  ];
}
