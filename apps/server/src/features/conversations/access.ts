import { AppError } from '../../errors.ts';
import type { Conversation } from './types.ts';

/**
 * The right to a conversation, in one place. A statement that carries this fragment can neither read nor change what the
 * person is not a participant of; `$1` is the conversation, `$2` the person.
 */
export const mayAccess = 'EXISTS (SELECT 1 FROM participants p WHERE p.conversation_id = $1 AND p.person_id = $2)';

type Finder = { findConversation(personId: string, id: string): Promise<Conversation | null> };

/** The conversation, fetched by the person who asks. Throws `not_found` for another's as for one that never was. */
export async function accessConversation(queries: Finder, personId: string, id: string): Promise<Conversation> {
  const conversation = await queries.findConversation(personId, id);
  if (!conversation) throw new AppError('not_found', `Thread ${id} not found`);
  return conversation;
}
