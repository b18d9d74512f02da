import type { AssistantMessageContent } from '../protocol/items.ts';
import type { Annotation } from '../protocol/sources.ts';
import { convertAnnotation, type ResponseStreamConverter } from './response-stream-converter.ts';
import { outputText, type TurnWriter } from './turn-writer.ts';

/** The fields of a Responses API event that this reader uses. The server is not trusted. */
export type RawResponsesEvent = {
  type: string;
  item_id?: string;
  content_index?: number;
  summary_index?: number;
  partial_image_index?: number;
  partial_image_b64?: string;
  delta?: string;
  text?: string;
  annotation?: unknown;
  part?: RawPart;
  item?: { type?: string; id?: string; content?: RawPart[]; result?: string | null };
};
type RawPart = {
  type?: string;
  text?: string;
  refusal?: string;
  annotations?: unknown[];
};

/** Reads the events of the Responses API, as `raw_model_stream_event` carries them. */
export class ResponsesReader {
  readonly #writer: TurnWriter;

  constructor(writer: TurnWriter) {
    this.#writer = writer;
  }

  read(event: RawResponsesEvent): void | Promise<void> {
    // Deltas first: nearly every event is one.
    if (event.type === 'response.output_text.delta') {
      if (event.delta) return this.#writer.textDelta(event.item_id ?? '', event.content_index ?? 0, event.delta);
      return;
    }
    const key = event.item_id ?? '';
    const index = event.content_index ?? 0;
    switch (event.type) {
      case 'response.created':
        this.#writer.newResponse();
        return;
      case 'response.output_item.added':
        return this.#itemAdded(event.item);
      case 'response.output_item.done':
        return this.#itemDone(event.item);
      case 'response.content_part.added':
        return this.#partAdded(key, index, event.part);
      case 'response.output_text.done':
        this.#writer.textDone(key, index, event.text ?? '');
        return;
      case 'response.output_text.annotation.added':
        return this.#writer.annotate(key, index, event.annotation);
      case 'response.reasoning_summary_text.delta':
        return this.#writer.thoughtDelta(`${key}/${event.summary_index ?? 0}`, event.delta ?? '');
      case 'response.reasoning_summary_text.done':
        return this.#writer.thoughtDone(`${key}/${event.summary_index ?? 0}`, event.text ?? '');
      case 'response.image_generation_call.partial_image':
        return this.#writer.partialImage(key, event.partial_image_b64 ?? '', event.partial_image_index ?? 0);
    }
  }

  async #itemAdded(item: RawResponsesEvent['item']): Promise<void> {
    const id = item?.id ?? '';
    if (item?.type === 'message') {
      this.#writer.openMessage(id, id, await messageContent(item.content, this.#writer.converter));
    } else if (item?.type === 'reasoning') {
      this.#writer.openReasoning();
    } else if (item?.type === 'image_generation_call') {
      this.#writer.openImage(id);
    }
  }

  async #itemDone(item: RawResponsesEvent['item']): Promise<void> {
    const id = item?.id ?? '';
    if (item?.type === 'message') {
      this.#writer.closeMessage(id, id, await messageContent(item.content, this.#writer.converter));
    } else if (item?.type === 'image_generation_call' && item.result) {
      await this.#writer.closeImage(id, item.result);
    }
  }

  async #partAdded(key: string, index: number, part: RawPart | undefined): Promise<void> {
    const [content] = await messageContent(part ? [part] : [], this.#writer.converter);
    if (content) this.#writer.openPart(key, index, content);
  }
}

/**
 * Converts the parts of a message, as the Responses API or the agents SDK's own items write them. A refusal is text. Parts
 * that are no text (raw reasoning, audio) are left out.
 */
export async function messageContent(
  parts: readonly unknown[] | undefined,
  converter: ResponseStreamConverter,
): Promise<AssistantMessageContent[]> {
  const content: AssistantMessageContent[] = [];
  for (const part of (Array.isArray(parts) ? parts : []) as (RawPart | null)[]) {
    if (!part) continue;
    if (part.type === 'refusal') {
      content.push(outputText(part.refusal ?? ''));
    } else if (part.type === 'output_text' || part.type === 'text') {
      const raws =
        part.annotations ?? (part as { providerData?: { annotations?: unknown[] } }).providerData?.annotations;
      const annotations: Annotation[] = [];
      for (const raw of Array.isArray(raws) ? raws : []) {
        const annotation = await convertAnnotation(converter, raw);
        if (annotation) annotations.push(annotation);
      }
      content.push(outputText(part.text ?? '', annotations));
    }
  }
  return content;
}
