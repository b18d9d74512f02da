// A tool that runs in the person's browser: the answer stops at the call, and goes on when its output comes.
import {
  type AssistantMessageItem,
  ChatKitServer,
  type ClientToolCallItem,
  type StreamEvent,
  type ThreadMetadata,
  type UserMessageItem,
} from '@causerie/chatkit';

export class LocatingServer extends ChatKitServer {
  override async *respond(
    thread: ThreadMetadata,
    input: UserMessageItem | undefined,
    context: unknown,
  ): AsyncGenerator<StreamEvent> {
    const base = { thread_id: thread.id, created_at: new Date().toISOString() };
    if (input) {
      const call: ClientToolCallItem = {
        ...base,
        id: this.store.generateItemId('tool_call', thread, context),
        type: 'client_tool_call',
        status: 'pending',
        call_id: 'where',
        name: 'get_place',
        arguments: {},
      };
      yield { type: 'thread.item.done', item: call };
      return;
    }
    // No message: the output of the tool has come. It is the newest item.
    const newest = await this.store.loadThreadItems(thread.id, { limit: 1, order: 'desc' }, context);
    const call = newest.data[0] as ClientToolCallItem;
    const { place } = call.output as { place: string };
    const answer: AssistantMessageItem = {
      ...base,
      id: this.store.generateItemId('message', thread, context),
      type: 'assistant_message',
      content: [{ type: 'output_text', text: `You are in ${place}.`, annotations: [] }],
    };
    yield { type: 'thread.item.done', item: answer };
  }
}
