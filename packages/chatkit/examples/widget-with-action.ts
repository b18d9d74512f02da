// A widget that streams in, with a button whose action changes it in place.
import {
  type Action,
  ChatKitServer,
  type StreamEvent,
  streamWidget,
  type ThreadMetadata,
  type UserMessageItem,
  type WidgetItem,
  type WidgetRoot,
} from '@causerie/chatkit';

const text = 'Shall we meet on Friday?';

function invitation(value: string, streaming: boolean): WidgetRoot {
  return {
    type: 'Card',
    children: [
      { type: 'Text', id: 'question', value, streaming },
      { type: 'Button', label: 'Yes', onClickAction: { type: 'accept', payload: { day: 'Friday' } } },
    ],
  };
}

export class InvitingServer extends ChatKitServer {
  override respond(
    thread: ThreadMetadata,
    _input: UserMessageItem | undefined,
    context: unknown,
  ): AsyncIterable<StreamEvent> {
    async function* states() {
      for (let end = 0; end <= text.length; end += 6) yield invitation(text.slice(0, end), true);
      yield invitation(text, false);
    }
    return streamWidget(thread, states(), {
      generateId: () => this.store.generateItemId('message', thread, context),
      copyText: text,
    });
  }

  override async *action(
    thread: ThreadMetadata,
    action: Action,
    sender: WidgetItem | undefined,
    context: unknown,
  ): AsyncGenerator<StreamEvent> {
    if (action.type !== 'accept' || !sender) return;
    const widget: WidgetRoot = { type: 'Card', children: [{ type: 'Text', value: 'See you on Friday.' }] };
    yield { type: 'thread.item.updated', item_id: sender.id, update: { type: 'widget.root.updated', widget } };
    // The update is for the eye; saving the item makes it last.
    await this.store.saveItem(thread.id, { ...sender, widget }, context);
  }
}
