import { AppError } from '../../../errors.ts';
import type { Conversation } from '../types.ts';

type Finder = { findConversation(personId: string, id: string): Promise<Conversation | null> };

/** Fetches the conversation as the person who asks. Throws `not_found` for another person's as for one that never was. */
export async function accessConversation(queries: Finder, personId: string, id: string): Promise<Conversation> {
  const conversation = await queries.findConversation(personId, id);
  if (!conversation) throw new AppError('not_found', `Conversation ${id} not found`);
  return conversation;
}
