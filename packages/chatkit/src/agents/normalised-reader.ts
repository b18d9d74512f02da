import { messageContent } from './responses-reader.ts';
import { outputText, type TurnWriter } from './turn-writer.ts';

/** The fields of the agents SDK's `response_done` that this reader uses. */
export type NormalisedResponse = {
  output: readonly unknown[];
};
type OutputItem = {
  type?: string;
  role?: string;
  content?: unknown[];
  rawContent?: { text?: string }[];
};
type Segment = {
  key: string;
  /** The model's own id of the message, which may repeat in the next response. */
  upstreamId: string | undefined;
  text: string;
};

/**
 * Reads models that send no events of the Responses API: Chat Completions, AI SDK models, models written by hand. Text
 * comes from the agents SDK's own `output_text_delta` and `response_done`; reasoning, which the SDK's events lack, from
 * the two known raw forms. Their message ids are invented or repeat, so each message gets a new one.
 */
export class NormalisedReader {
  readonly #writer: TurnWriter;
  #segments: Segment[] = [];
  #open: Segment | undefined;
  #thought: { key: string; text: string } | undefined;
  #thoughts = 0;
  #count = 0;

  constructor(writer: TurnWriter) {
    this.#writer = writer;
  }

  newResponse(): void {
    this.#writer.newResponse();
    this.#segments = [];
    this.#open = undefined;
    this.#thought = undefined;
    this.#thoughts = 0;
  }

  textDelta(delta: string, upstreamId: string | undefined): void {
    if (this.#thought) {
      this.#endThought();
      this.#writer.closeReasoning();
    }
    const open = this.#open;
    if (!open || (upstreamId !== undefined && upstreamId !== open.upstreamId)) {
      this.#openMessage(upstreamId).text += delta;
    } else {
      open.text += delta;
    }
    this.#writer.textDelta(this.#open!.key, 0, delta);
  }

  /** A model's own event: read for its reasoning. */
  raw(event: unknown): void {
    if (typeof event !== 'object' || event === null) return;
    const { type } = event as { type?: string };
    if (type === undefined) {
      // A Chat Completions chunk. The field has two names among servers; the standard has none.
      const delta = (event as ChatChunk).choices?.[0]?.delta;
      const text = delta?.reasoning_content || delta?.reasoning;
      if (typeof text === 'string' && text !== '') this.#reasoning('chat', text);
      return;
    }
    const part = event as { id?: string; delta?: string };
    switch (type) {
      case 'reasoning-start':
      case 'reasoning-delta':
        this.#closeMessage();
        if (part.delta) this.#reasoning(part.id ?? '', part.delta);
        return;
      case 'reasoning-end':
        this.#endThought();
        return;
      case 'tool-call':
        this.#closeMessage();
    }
  }

  /** Reads the whole response, as the SDK assembled it: ends open items, and shows what was not streamed. */
  async done(response: NormalisedResponse): Promise<void> {
    this.#endThought();
    const output = response.output as OutputItem[];
    if (this.#segments.length === 0 && this.#thoughts === 0) {
      for (const item of output) {
        const text = item.type === 'reasoning' ? reasoningText(item) : '';
        if (text) {
          this.#reasoning('whole', text);
          this.#endThought();
        }
      }
    }
    const messages = [];
    for (const item of output) {
      if (item.type === 'message' && item.role === 'assistant') {
        messages.push(await messageContent(item.content, this.#writer.converter));
      }
    }
    const open = this.#open;
    const segments = this.#segments;
    if (open) {
      // The SDK's form of the last message carries its annotations and refusal. It is used when both counts of messages agree.
      const final = messages.length === segments.length ? messages.at(-1) : undefined;
      this.#writer.closeMessage(open.key, undefined, final ?? [outputText(open.text)]);
      this.#open = undefined;
    }
    const streamed = segments.map((segment) => segment.text).join('');
    const whole = messages.flatMap((content) => content.map((part) => part.text)).join('');
    if (streamed !== whole) {
      for (const content of messages.slice(segments.length)) {
        if (content.length > 0) this.#wholeMessage(content);
      }
    }
    this.newResponse();
  }

  #openMessage(upstreamId: string | undefined): Segment {
    this.#closeMessage();
    const segment: Segment = { key: this.#newKey(), upstreamId, text: '' };
    this.#open = segment;
    this.#segments.push(segment);
    this.#writer.openMessage(segment.key, undefined);
    this.#writer.openPart(segment.key, 0, outputText(''));
    return segment;
  }

  /** With an AI SDK model, text after a thought or a tool call is a message of its own. */
  #closeMessage(): void {
    if (!this.#open) return;
    this.#writer.closeMessage(this.#open.key, undefined, [outputText(this.#open.text)]);
    this.#open = undefined;
  }

  #wholeMessage(content: Awaited<ReturnType<typeof messageContent>>): void {
    const key = this.#newKey();
    this.#writer.openMessage(key, undefined);
    this.#writer.closeMessage(key, undefined, content);
  }

  #reasoning(id: string, delta: string): void {
    if (this.#thought && !this.#thought.key.endsWith(`/${id}`)) this.#endThought();
    if (!this.#thought) {
      this.#thoughts += 1;
      this.#thought = { key: `${this.#newKey()}/${id}`, text: '' };
      this.#writer.openReasoning();
    }
    this.#thought.text += delta;
    this.#writer.thoughtDelta(this.#thought.key, delta);
  }

  #endThought(): void {
    const thought = this.#thought;
    if (!thought) return;
    this.#thought = undefined;
    // The thought that was streamed is complete already.
    if (!this.#writer.showsThought(thought.key)) this.#writer.thoughtDone(thought.key, thought.text);
  }

  #newKey(): string {
    this.#count += 1;
    return `n${this.#count}`;
  }
}

type ChatChunk = {
  choices?: { delta?: { reasoning_content?: unknown; reasoning?: unknown } | null }[];
};

function reasoningText(item: OutputItem): string {
  const parts = item.rawContent ?? (item.content as { text?: string }[] | undefined) ?? [];
  return parts.map((part) => part.text ?? '').join('');
}
