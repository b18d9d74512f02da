// A ChatKit server in one file: `node --conditions=@causerie/source examples/minimal-server.ts`, then POST to
// http://localhost:8000/. (Beside an installed package the flag is not needed.)
import { createServer } from 'node:http';
import {
  type AssistantMessageItem,
  ChatKitServer,
  MemoryStore,
  type StreamEvent,
  type ThreadMetadata,
  type UserMessageItem,
} from '@causerie/chatkit';
import { createNodeHandler } from '@causerie/chatkit/mount';

/** Who asks. Yours would come from a session or a token. */
type Asking = {
  userId: string;
};

class EchoServer extends ChatKitServer<Asking> {
  override async *respond(
    thread: ThreadMetadata,
    input: UserMessageItem | undefined,
    context: Asking,
  ): AsyncGenerator<StreamEvent> {
    const question = input?.content.map((part) => part.text).join('') ?? '';
    // A change to the thread is enough: the server saves it and sends it to the client.
    thread.title ??= question.slice(0, 40);
    const item: AssistantMessageItem = {
      id: this.store.generateItemId('message', thread, context),
      thread_id: thread.id,
      created_at: new Date().toISOString(),
      type: 'assistant_message',
      content: [],
    };
    yield { type: 'thread.item.added', item };
    const words = `You said: ${question}`.split(/(?<= )/);
    for (const delta of words) {
      const update = { type: 'assistant_message.content_part.text_delta', content_index: 0, delta } as const;
      yield { type: 'thread.item.updated', item_id: item.id, update };
    }
    const content = [{ type: 'output_text' as const, text: words.join(''), annotations: [] }];
    yield { type: 'thread.item.done', item: { ...item, content } };
  }
}

const echoServer = new EchoServer(new MemoryStore<Asking>({ owner: ({ userId }) => userId }));

export const httpServer = createServer(
  createNodeHandler(echoServer, { context: (request) => ({ userId: String(request.headers['x-user'] ?? 'guest') }) }),
);

if (import.meta.main) httpServer.listen(8000, () => console.log('http://localhost:8000/'));
