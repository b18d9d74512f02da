import type { RunStreamEvent } from '@openai/agents';

/**
 * The states of a Text or Markdown component whose value is written by a model: first as given, then longer with every
 * piece of text, and at last with `streaming: false`. For use inside a widget's states:
 *
 * ```ts
 * async function* states() {
 *   for await (const text of accumulateText(result, { type: 'Markdown', id: 'poem', value: '', streaming: true })) {
 *     yield { type: 'Card', children: [text] } satisfies WidgetRoot;
 *   }
 * }
 * await context.streamWidget(states());
 * ```
 * @param source a streamed run, or its text deltas.
 */
export async function* accumulateText<Component extends { value: string; streaming?: boolean | undefined }>(
  source: AsyncIterable<RunStreamEvent | string>,
  base: Component,
): AsyncGenerator<Component, void, undefined> {
  yield base;
  let { value } = base;
  for await (const event of source) {
    const delta = typeof event === 'string' ? event : textDelta(event);
    if (!delta) continue;
    value += delta;
    yield { ...base, value };
  }
  yield { ...base, value, streaming: false };
}

function textDelta(event: RunStreamEvent): string | undefined {
  // The SDK sends this event for every kind of model.
  return event.type === 'raw_model_stream_event' && event.data.type === 'output_text_delta'
    ? event.data.delta
    : undefined;
}
