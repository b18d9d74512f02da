import type { Pool } from 'pg';
import type { Bus } from '../../../platform/bus/index.ts';
import { newId } from '../../../platform/ids/index.ts';
import {
  type Conversations,
  createConversations,
  type FeedOutput,
  type NewItem,
  type Role,
  type Unfinished,
  type Wire,
} from '../index.ts';

/** Items whose text grows by strings. */
export const growing: Unfinished = {
  grow: (payload, deltas) => ({ ...payload, text: `${payload.text}${deltas.join('')}` }),
  condense: (deltas) => [deltas.join('')],
  keep: (pending) => [
    ...pending
      .filter(({ payload }) => payload.text !== '')
      .map(({ id, type, payload, createdAt }) => ({
        id,
        type,
        payload,
        hidden: false,
        createdAt: new Date(createdAt),
      })),
    newMessage('cut off', { hidden: true }),
  ],
};

export function newMessage(text: string, more: Partial<NewItem> = {}): NewItem {
  return {
    id: newId('msg'),
    type: 'message',
    hidden: false,
    payload: { text },
    createdAt: new Date(),
    ...more,
  };
}

/** An engine that takes every process for alive unless `verdictOn` says otherwise: nothing waits for a verdict. */
export function testEngine(
  database: { pool: Pool },
  bus: Bus,
  key = '1',
  verdictOn: (key: string) => 'alive' | 'dead' = () => 'alive',
): Conversations {
  return createConversations({
    pool: database.pool,
    bus,
    process: { key, verdictOn: async (other) => verdictOn(other) },
    log: { info() {}, warn() {}, error() {} },
    unfinished: { assistant: growing, group: growing },
    wordsOf: ({ payload }) => String(payload.text),
  });
}

/** A group conversation that the first person owns; the others are members. */
export async function newGroup(engine: Conversations, owner: string, others: string[] = []): Promise<string> {
  const id = newId('thr');
  await engine.create(owner, {
    id,
    kind: 'group',
    title: null,
    status: { type: 'active' },
    metadata: {},
    createdAt: new Date(),
  });
  for (const person of others) await engine.members.join(owner, id, person, 'member');
  return id;
}

/** Sets a role that the engine lets nobody give. */
export async function setRole(
  { pool }: { pool: Pool },
  conversationId: string,
  personId: string,
  role: Role,
): Promise<void> {
  await pool.query('UPDATE members SET role = $3 WHERE conversation_id = $1 AND person_id = $2', [
    conversationId,
    personId,
    role,
  ]);
}

/** What is told, as it is. */
export const plainWire: Wire<FeedOutput> = { encode: (output) => output };
