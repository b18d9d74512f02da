import { applyEvent, emptyReplay } from '@causerie/chatkit/replay';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { StreamEvent } from '../../src/protocol.ts';
import { Conversation } from '../../src/state/conversation.ts';
import { assistantMessage, delta, userMessage } from '../scripted-server.ts';

const ids = fc.constantFrom('a', 'b', 'c');
const event = fc.oneof(
  ids.map((id) => ({ type: 'thread.item.added', item: { ...assistantMessage('', id), created_at: 'x', content: [] } })),
  fc.record({ id: ids, text: fc.string() }).map(({ id, text }) => delta(id, text)),
  fc
    .record({ id: ids, text: fc.string() })
    .map(({ id, text }) => ({ type: 'thread.item.done', item: { ...assistantMessage(text, id), created_at: 'x' } })),
  fc.string().map((text) => ({ type: 'thread.item.done', item: { ...userMessage(text, 'u'), created_at: 'x' } })),
  ids.map((id) => ({ type: 'thread.item.removed', item_id: id })),
);

it('a conversation on the screen holds what the protocol package’s replay of the same events does', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      const conversation = new Conversation();
      let state = emptyReplay;
      for (const each of events) {
        conversation.apply(each as StreamEvent);
        state = applyEvent(state, each as unknown as Parameters<typeof applyEvent>[1]);
      }
      conversation.commit();
      expect(conversation.entries.value.map((entry) => entry.item)).toEqual(state.items);
    }),
  );
});
