// Events a second through @causerie/chatkit alone, on one core: a responder that has its deltas ready, a store in
// memory, and a reader that encodes every event. `node bench/chatkit-pipeline.ts`.
//
// What it taught: a chain of async generators (respond → process → encode → write), which is how one would write this
// first, costs three promises an event and layer. One loop that calls next() by itself, a reader that takes what is
// ready in batches, a comparison of the thread in place and a hand-written frame for text deltas brought the rest.
import { ChatKitServer, encodeEvent, MemoryStore, type StreamEvent, StreamingResult } from '@causerie/chatkit';

const deltas = 200_000;

function delta(text: string): StreamEvent {
  const update = { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: text } as const;
  return { type: 'thread.item.updated', item_id: 'msg_answer', update };
}

function item(text: string) {
  return {
    id: 'msg_answer',
    thread_id: '',
    created_at: new Date().toISOString(),
    type: 'assistant_message' as const,
    content: text === '' ? [] : [{ annotations: [], text, type: 'output_text' as const }],
  };
}

class GeneratorServer extends ChatKitServer {
  override async *respond(thread: { title?: string | undefined }): AsyncGenerator<StreamEvent> {
    yield { type: 'thread.item.added', item: item('') };
    for (let index = 0; index < deltas; index++) yield delta(` word${index % 10}`);
    thread.title = 'A title';
    yield { type: 'thread.item.done', item: item('the end') };
  }
}

class ReadyServer extends ChatKitServer {
  override *respond(): Generator<StreamEvent> {
    yield { type: 'thread.item.added', item: item('') };
    for (let index = 0; index < deltas; index++) yield delta(` word${index % 10}`);
    yield { type: 'thread.item.done', item: item('the end') };
  }
}

const request = {
  type: 'threads.create',
  params: { input: { content: [{ type: 'input_text', text: 'go' }], attachments: [], inference_options: {} } },
};

type Reader = (result: StreamingResult) => Promise<number>;

const readers: Record<string, Reader> = {
  async frames(result) {
    let events = 0;
    for await (const frame of result) if (frame) events++;
    return events;
  },
  async batches(result) {
    let events = 0;
    for await (const batch of result.batches) {
      let chunk = '';
      for (const event of batch) chunk += encodeEvent(event);
      if (Buffer.from(chunk)) events += batch.length;
    }
    return events;
  },
};

for (const [name, server] of [
  ['async generator', new GeneratorServer(new MemoryStore())],
  ['ready at once', new ReadyServer(new MemoryStore())],
] as const) {
  for (const [reader, read] of Object.entries(readers)) {
    const rates = [];
    for (let round = 0; round < 3; round++) {
      const result = await server.process(request, undefined);
      if (!(result instanceof StreamingResult)) throw new Error('a stream was expected');
      const start = performance.now();
      const events = await read(result);
      rates.push((events / (performance.now() - start)) * 1000);
    }
    console.log(`${name}, read as ${reader}: ${Math.round(Math.max(...rates)).toLocaleString('en')} events/s`);
  }
}
