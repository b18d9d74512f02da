import type { ListedPerson } from '../accounts/index.ts';
import type { AdminDeps } from './deps.ts';

/** People as administrators see them: with the number of their threads and the bytes of their files. */
export async function describeUsers(
  { conversations, attachments }: Pick<AdminDeps, 'conversations' | 'attachments'>,
  people: ListedPerson[],
) {
  const ids = people.map((person) => person.id);
  const [owned, storage] = await Promise.all([conversations.ownership.countOwned(ids), attachments.storageOf(ids)]);
  return people.map(({ created_at, last_seen_at, locale: _, ...person }) => ({
    ...person,
    created_at: created_at.toISOString(),
    ...(last_seen_at && { last_seen_at: last_seen_at.toISOString() }),
    threads: owned.get(person.id) ?? 0,
    file_bytes: storage.get(person.id)?.bytes ?? 0,
  }));
}

/** The same for one. */
export const describeUser = async (deps: AdminDeps, person: ListedPerson) => (await describeUsers(deps, [person]))[0]!;
