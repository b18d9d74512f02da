import { ReadableStream } from 'node:stream/web';
import type { Model } from '@openai/agents';
import { createThinkSplitter, type SplitText } from '../wire/think-tags.ts';

/** What is read of a part of an answer (`LanguageModelV4StreamPart`); all parts of one block carry its id. */
type Part = {
  type: string;
  id?: string;
  delta?: string;
};

type StreamedAnswer = {
  stream: ReadableStream<Part>;
};

/** A block of text that is being written. */
type Block = {
  splitter: ReturnType<typeof createThinkSplitter>;
  /** Its start, held back until it is known whether a thought comes first. */
  start: Part | undefined;
  /** A thought was begun, and not yet ended. */
  thinks: boolean;
};

const thoughtOf = (id: string) => `think-tag-${id}`;

/** A model of the AI SDK that says as reasoning what its model writes into its text between `<think>` and `</think>`. */
export function withThinkTags<LanguageModel extends object>(model: LanguageModel): LanguageModel {
  const { doStream } = model as { doStream(options: unknown): Promise<StreamedAnswer> };
  return Object.create(model, {
    doStream: {
      value: async (options: unknown) => {
        const answer = await doStream.call(model, options);
        return { ...answer, stream: ReadableStream.from(mend(answer.stream)) };
      },
    },
  });
}

/** The same answers without these thoughts at their end, where the run would send them back: no server signed them. */
export function withoutTaggedThoughts(model: Model): Model {
  return {
    getResponse: (request) => model.getResponse(request),
    async *getStreamedResponse(request) {
      for await (const event of model.getStreamedResponse(request)) {
        if (event.type !== 'response_done') {
          yield event;
          continue;
        }
        const output = event.response.output.filter(
          ({ type, id }) => !(type === 'reasoning' && id?.startsWith(thoughtOf(''))),
        );
        yield { ...event, response: { ...event.response, output } };
      }
    },
  };
}

async function* mend(stream: ReadableStream<Part>): AsyncGenerator<Part> {
  const blocks = new Map<string, Block>();
  const end = (id: string): Part[] => {
    const block = blocks.get(id);
    blocks.delete(id);
    return block ? [...partsOf(id, block, block.splitter.end()), ...answerIn(id, block)] : [];
  };
  const endAll = (): Part[] => [...blocks.keys()].flatMap(end);
  try {
    for await (const part of stream) {
      const { type, id = '', delta = '' } = part;
      if (type === 'text-start') {
        blocks.set(id, { splitter: createThinkSplitter(), start: part, thinks: false });
      } else if (type === 'text-delta') {
        const block = blocks.get(id);
        if (block) yield* partsOf(id, block, block.splitter.push(delta), part);
        else yield part;
      } else {
        if (type === 'text-end') yield* end(id);
        // What was held back was written, whatever comes of the rest.
        else if (type === 'error' || type === 'finish') yield* endAll();
        yield part;
      }
    }
  } catch (error) {
    yield* endAll();
    throw error;
  }
}

function* partsOf(id: string, block: Block, said: SplitText[], part?: Part): Generator<Part> {
  const thought = thoughtOf(id);
  for (const { kind, words } of said) {
    if (kind === 'thought') {
      if (!block.thinks) yield { type: 'reasoning-start', id: thought };
      block.thinks = true;
      yield { type: 'reasoning-delta', id: thought, delta: words };
    } else {
      yield* answerIn(id, block);
      yield { ...part, type: 'text-delta', id, delta: words };
    }
  }
}

/** Ends the thought and begins the text, where that was not done. */
function* answerIn(id: string, block: Block): Generator<Part> {
  const { thinks, start } = block;
  block.thinks = false;
  block.start = undefined;
  if (thinks) yield { type: 'reasoning-end', id: thoughtOf(id) };
  if (start) yield start;
}
