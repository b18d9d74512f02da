import { createParser } from 'eventsource-parser';
import { OutboundError } from '../../outbound/index.ts';

/** A JSON object off the wire: anything may be in it. */
// biome-ignore lint/suspicious/noExplicitAny: the point of these files is to believe none of it
export type JsonObject = Record<string, any>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What came of a reply's body: events one after another, and how they ended; or one document, from a server that does not stream. */
export type Body = {
  /** The events, those of one packet together. Fails behind them when the body breaks off or is no JSON. */
  batches: AsyncGenerator<JsonObject[], void, undefined>;
  /** Whether `[DONE]` was read: known when `batches` has ended. */
  saidDone: boolean;
  /** The document, once `batches` has ended without an event. */
  document: JsonObject | undefined;
};

/** No document of a server that does not stream is this long. */
const maxDocumentCharacters = 16 * 1024 * 1024;

/**
 * Reads a reply by what it is, whatever its content type says: the JSON of a server-sent event stream's data (WHATWG HTML
 * §9.2.6) up to `[DONE]` or the end, or one JSON document. A last event without its blank line counts when it is whole
 * JSON, since half of an object never is.
 */
export function readBody(stream: ReadableStream<Uint8Array>): Body {
  const body: Body = { batches: read(), saidDone: false, document: undefined };
  return body;

  async function* read(): AsyncGenerator<JsonObject[], void, undefined> {
    const decoder = new TextDecoder();
    let pieces: string[] | undefined;
    let batch: JsonObject[] = [];
    let failure: unknown;
    const parser = createParser({
      onEvent({ data }) {
        // Nothing behind either matters.
        if (body.saidDone || failure) return;
        if (data.trim() === '[DONE]') {
          body.saidDone = true;
          return;
        }
        try {
          batch.push(parse(data));
        } catch (error) {
          failure = error;
        }
      },
    });

    let begun = false;
    for await (const chunk of stream) {
      const text = decoder.decode(chunk, { stream: true });
      if (!begun && text.trim() !== '') {
        begun = true;
        if (/^[[{]/.test(text.trimStart())) pieces = [];
      }
      if (pieces) {
        pieces.push(text);
        continue;
      }
      parser.feed(text);
      if (batch.length > 0) {
        const ready = batch;
        batch = [];
        yield ready;
      }
      if (failure) throw failure;
      if (body.saidDone) return;
    }
    if (pieces) {
      const text = pieces.join('');
      if (text.length > maxDocumentCharacters) throw new OutboundError('garbage', 'the answer does not end');
      body.document = parse(text);
      return;
    }
    parser.feed('\n\n');
    if (failure) throw new OutboundError('cut', 'ended within an event', failure);
    if (batch.length > 0) yield batch;
  }
}

function parse(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new OutboundError('garbage', 'what came is no JSON', cause);
  }
  if (typeof value !== 'object' || value === null) throw new OutboundError('garbage', 'an event is no object');
  return value as JsonObject;
}
