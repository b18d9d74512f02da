import { afterAll, expect, vi } from 'vitest';
import { createMemoryBus } from '../../../platform/bus/index.ts';
import { acquireProcessLease, type ProcessLease } from '../../../platform/database/process-lease.ts';
import { testDatabase } from '../../../platform/database/testing.ts';
import { newId } from '../../../platform/ids/index.ts';
import { type Conversations, createConversations, type FeedOutput, type PendingItem } from '../index.ts';
import { growing, plainWire } from './engine.ts';

const silent = { info() {}, warn() {}, error() {} };

export const ann = 'usr_ann';
export const bob = 'usr_bob';

/** An engine with the lease of its process. */
type Process = { conversations: Conversations; lease: ProcessLease };

/** A database and a bus for the whole test file, and processes that share them, each with its own lease and runs. */
export async function testProcesses() {
  const database = await testDatabase({ poolSize: 8 });
  const bus = createMemoryBus();
  const leases: ProcessLease[] = [];
  afterAll(async () => {
    await Promise.all(leases.map((lease) => lease.close()));
    await database.close();
  });
  const startProcess = async (): Promise<Process> => {
    const lease = await acquireProcessLease(database, silent);
    leases.push(lease);
    const conversations = createConversations({
      pool: database.pool,
      bus,
      process: lease,
      log: silent,
      unfinished: { assistant: growing },
      wordsOf: ({ payload }) => (payload as { text: string }).text.trim(),
    });
    return { conversations, lease };
  };
  return { database, bus, startProcess };
}

/** Makes a conversation that a person owns. */
export async function newThread({ conversations }: { conversations: Conversations }, personId = ann): Promise<string> {
  const id = newId('thr');
  await conversations.create(personId, {
    id,
    kind: 'assistant',
    title: null,
    status: { type: 'active' },
    metadata: {},
    createdAt: new Date(),
  });
  return id;
}
/** Follows a conversation as Ann, and waits until it has caught up. */
export async function follow({ conversations }: { conversations: Conversations }, id: string, after = 0) {
  const heard: FeedOutput[] = [];
  const subscription = await conversations.follow(ann, id, after, {
    wire: plainWire,
    send: (_, output) => heard.push(output),
    onError: (error) => expect.unreachable(String(error)),
  });
  await vi.waitFor(() => expect(heard.some((output) => output.kind === 'caught-up')).toBe(true));
  return {
    heard,
    close: subscription.close,
    numbers: () => heard.flatMap((output) => (output.kind === 'event' ? [output.event.n] : [])),
  };
}
export const silentReader = { wire: { encode: () => null }, send() {}, onError() {} };
/** What a client that follows would show of the text of a run: the newest snapshot and the signals after it. */
export function textOf(heard: FeedOutput[]): string {
  let shown = '';
  for (const output of heard) {
    if (output.kind === 'snapshot') shown = output.items.map((pending) => String(pending.payload.text)).join('');
    if (output.kind === 'said')
      for (const signal of output.signals) if (signal.type === 'delta') shown += signal.deltas.join('');
  }
  return shown;
}
/** Starts a run of Ann’s whose one item grows by what `say` says. */
export async function startRun(at: { conversations: Conversations }, id: string) {
  const run = at.conversations.runs.prepare(ann, 'assistant');
  await at.conversations.runs.claim(run, id);
  const pending: PendingItem = {
    id: newId('msg'),
    type: 'message',
    payload: { text: '' },
    createdAt: new Date().toISOString(),
  };
  run.emit([{ type: 'item', item: structuredClone(pending) }], false);
  const say = (word: string) => {
    pending.payload.text += word;
    run.emit([{ type: 'delta', itemId: pending.id, deltas: [word] }], false);
  };
  return { run, pending, say };
}
