import { afterEach } from 'vitest';
import type { LiveClient } from '../../../../testing/live-client.ts';
import type { Person, Server } from '../../../../testing/world.ts';
import { newId } from '../../../platform/ids/index.ts';
import type { NewItem } from '../../conversations/index.ts';
import { newMessage } from '../../conversations/testing/engine.ts';

/** People who talk through a server; the sockets they open are closed after each test. */
export function talkAt(server: Server) {
  const clients: LiveClient[] = [];
  afterEach(() => {
    for (const client of clients.splice(0)) client.leave();
  });
  const { conversations } = server.app;
  const keep = (client: LiveClient): LiveClient => {
    clients.push(client);
    return client;
  };
  return {
    /** Closes the socket after the test. */
    keep,
    enter: async (who: Person, hello?: { cursor?: string | null }) => keep(await who.live(hello)),
    /** Makes a group of these people; the first owns it. */
    async group(owner: Person, ...others: Person[]): Promise<string> {
      const id = newId('cnv');
      await conversations.create(owner.id, {
        id,
        kind: 'group',
        title: 'Friends',
        status: { type: 'active' },
        metadata: { secret: 'of the application' },
        createdAt: new Date(),
      });
      for (const other of others) await conversations.members.join(owner.id, id, other.id, 'member');
      return id;
    },
    say: (who: Person, conversation: string, text: string, more: Partial<NewItem> = {}) =>
      conversations.putItem(who.id, conversation, newMessage(text, { authorId: who.id, ...more })),
  };
}

/** The texts of the items that a client received. */
export const textsOf = (client: LiveClient): string[] =>
  client.received.flatMap(({ type, item: told }) =>
    type === 'event' && told ? [(told as { payload: { text: string } }).payload.text] : [],
  );

/** The numbers of the events of a conversation that a client received. */
export const numbersOf = (client: LiveClient, conversation: string) =>
  client.received.flatMap((told) => (told.type === 'event' && told.conversation === conversation ? [told.n] : []));
