import type { Person, Server } from '../../../../testing/world.ts';
import { newId } from '../../../platform/ids/index.ts';

/** Gives a person a thread with one message, and one item that is for the model alone. */
export async function addThread({ app }: Server, owner: Person, text = 'hello'): Promise<string> {
  const id = newId('thr');
  const createdAt = new Date();
  const title = `About ${text}`;
  await app.conversations.create(owner.id, {
    ...{ id, kind: 'assistant', title, status: { type: 'active' }, metadata: {}, createdAt },
  });
  const item = { id: newId('msg'), type: 'user_message', hidden: false, payload: { text }, createdAt };
  await app.conversations.putItem(owner.id, id, item);
  const secret = { ...item, id: newId('msg'), hidden: true, payload: { text: 'secret' } };
  await app.conversations.putItem(owner.id, id, secret);
  return id;
}

/** Gives a person a file, sent in this conversation or not yet. */
export const addFile = ({ database }: Server, owner: Person, conversationId: string | null) =>
  database.pool.query('INSERT INTO attachments (id, owner_id, conversation_id, payload) VALUES ($1, $2, $3, $4)', [
    newId('atc'),
    owner.id,
    conversationId,
    JSON.stringify({ type: 'file', name: 'notes.txt', mime_type: 'text/plain' }),
  ]);

/** The actions in the audit log. */
export async function readActs(admin: Person, query = '') {
  const { body } = await admin.get(`/api/admin/audit${query}`);
  return body.data as { action: string; target: { name: string }; details: Record<string, string> }[];
}
