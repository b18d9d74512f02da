import { newId } from '@causerie/chatkit';
import type { Interruption } from '../conversations/index.ts';

/** What stays of an answer whose server died: texts and task lists that say something, and a word to the model. */
export const interruption: Interruption = {
  keep({ type, payload }) {
    if (type === 'assistant_message') {
      const content = (payload.content ?? []) as { text?: string }[];
      return content.some((part) => part.text?.trim());
    }
    return type === 'workflow' && ((payload.workflow as { tasks?: unknown[] })?.tasks?.length ?? 0) > 0;
  },
  note(conversationId) {
    const createdAt = new Date();
    const id = newId('shcx');
    return {
      id,
      type: 'sdk_hidden_context',
      hidden: true,
      createdAt,
      payload: {
        id,
        thread_id: conversationId,
        created_at: createdAt.toISOString(),
        type: 'sdk_hidden_context',
        content: 'The server was restarted before this answer was complete. What stands above may be cut off.',
      },
    };
  },
};
