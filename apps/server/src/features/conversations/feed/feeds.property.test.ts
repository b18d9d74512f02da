import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createMemoryBus } from '../../../platform/bus/index.ts';
import { type TestDatabase, testDatabase } from '../../../platform/database/testing.ts';
import { newId } from '../../../platform/ids/index.ts';
import type { Conversations, FeedOutput, Following, LiveRun, PendingItem, StoredItem } from '../index.ts';
import { newGroup, newMessage, plainWire, testEngine } from '../testing/engine.ts';
import { faultyBus, type Random, randomOf } from '../testing/faulty-bus.ts';

const owner = 'usr_owner';
const people = [owner, 'usr_b', 'usr_c', 'usr_d'];
const agents = ['assistant', 'critic'];

/** What may happen; more often what is written more often. */
const deeds = [
  ...['say', 'say', 'replace', 'remove', 'remove after', 'save', 'react', 'react', 'unreact', 'join', 'leave'],
  ...['start run', 'start run', 'abandon run', 'begin item', 'begin item', 'begin item', 'finish item', 'drop item'],
  ...['words', 'words', 'words', 'words', 'words', 'words', 'end run'],
  ...['follow', 'follow', 'follow', 'pause', 'resume', 'close', 'wait', 'wait', 'wait'],
] as const;

/** One of them; `who` and `which` choose among those there are then. */
type Step = { what: (typeof deeds)[number]; who: number; which: number; engine: number; awaited: boolean };

function historyOf(random: Random): Step[] {
  const upTo = (most: number) => Math.floor(random() * most);
  return Array.from({ length: 30 + upTo(120) }, () => ({
    what: deeds[upTo(deeds.length)]!,
    who: upTo(1000),
    which: upTo(1000),
    engine: upTo(2),
    awaited: random() < 0.5,
  }));
}

/** A conversation as one who follows it knows it. */
type State = { title: string | null; items: Map<string, StoredItem>; members: Map<string, string>; runs: Set<string> };

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase({ poolSize: 8 });
});
afterAll(() => database.close());

async function freshState(engine: Conversations, id: string): Promise<{ state: State; lastEvent: number }> {
  const { title, lastEvent } = await engine.access(owner, id);
  const { data } = await engine.items(owner, id, { limit: 1000, order: 'asc', after: null });
  const { rows } = await database.pool.query(`SELECT id FROM runs WHERE conversation_id = $1 AND state = 'running'`, [
    id,
  ]);
  const members = (await engine.members.list(owner, id)).map(({ personId, role }) => [personId, role] as const);
  return {
    lastEvent,
    state: {
      title,
      items: new Map(data.map((item) => [item.id, item])),
      members: new Map(members),
      runs: new Set(rows.map((row) => row.id)),
    },
  };
}

const comparable = ({ title, items, members, runs }: State) => ({
  title,
  items: [...items.values()].sort((a, b) => a.seq - b.seq),
  members: Object.fromEntries([...members].sort()),
  runs: [...runs].sort(),
});

/** One who follows, believes what is told, and complains at once about what cannot be true. */
class Reader {
  following: Following | undefined;
  paused = false;
  isGone = false;
  running: boolean | null = null;
  problems: string[] = [];
  /** The text of each unfinished item, by run. */
  readonly shown = new Map<string, Map<string, string>>();
  lastEvent: number;
  readonly personId: string;
  readonly state: State;
  readonly #said: ReadonlyMap<string, string>;

  constructor(personId: string, start: { state: State; lastEvent: number }, said: ReadonlyMap<string, string>) {
    this.personId = personId;
    this.lastEvent = start.lastEvent;
    this.state = start.state;
    this.#said = said;
  }

  pause(): void {
    this.following!.pause();
    this.paused = true;
  }

  resume(): void {
    if (!this.paused) return;
    // What is in flight is told anew.
    this.shown.clear();
    this.paused = false;
    this.following!.resume();
  }

  collect = (output: FeedOutput): void => {
    if (this.isGone) this.problems.push(`told of ${output.kind} after the end`);
    if (this.paused) this.problems.push(`told of ${output.kind} while it rests`);
    switch (output.kind) {
      case 'event':
        this.#event(output.event);
        break;
      case 'snapshot':
        this.shown.set(output.runId, new Map(output.items.map((item) => [item.id, String(item.payload.text)])));
        break;
      case 'said': {
        const items = this.shown.get(output.runId);
        if (!items) this.problems.push('told of what a run says that it never heard of');
        for (const signal of output.signals) {
          if (signal.type === 'item') items?.set(signal.item.id, String(signal.item.payload.text));
          else if (signal.type === 'drop') items?.delete(signal.itemId);
          else if (signal.type === 'delta') {
            if (!items?.has(signal.itemId))
              this.problems.push(`given words of ${signal.itemId}, which it does not have`);
            items?.set(signal.itemId, `${items.get(signal.itemId) ?? ''}${signal.deltas.join('')}`);
          }
        }
        break;
      }
      case 'caught-up':
        this.running = output.running;
        break;
      case 'gone':
        this.isGone = true;
    }
    for (const items of this.shown.values())
      for (const [id, text] of items)
        if (!this.#said.get(id)?.startsWith(text))
          this.problems.push(`shows "${text}" where "${this.#said.get(id)}" was said`);
  };

  #event(event: Extract<FeedOutput, { kind: 'event' }>['event']): void {
    if (event.n !== this.lastEvent + 1) this.problems.push(`told of ${event.n} after ${this.lastEvent}`);
    this.lastEvent = event.n;
    const { items, members, runs } = this.state;
    const person = String(event.payload?.person_id);
    const run = String(event.payload?.run_id);
    if (event.itemId !== null) {
      if (event.item) items.set(event.itemId, event.item);
      else items.delete(event.itemId);
      if (event.type !== 'item.reacted') for (const shown of this.shown.values()) shown.delete(event.itemId);
    }
    if (event.conversation) this.state.title = event.conversation.title;
    if (event.type === 'member.joined' || event.type === 'member.changed')
      members.set(person, String(event.payload?.role));
    if (event.type === 'member.left') members.delete(person);
    if (event.type === 'run.started') runs.add(run);
    if (event.type === 'run.ended') {
      runs.delete(run);
      this.shown.delete(run);
    }
  }
}

type Writing = { run: LiveRun; engine: Conversations; item: PendingItem | null };

/** No history begins later than this after the first: machines differ. */
const longestMs = 5000;

/** Lets a random history happen, and checks every reader of it. */
async function happen(seed: number, until: number): Promise<void> {
  if (performance.now() > until) return;
  const random = randomOf(seed);
  const steps = historyOf(random);
  const bus = createMemoryBus();
  const engines = ['1', '2'].map((key) => testEngine(database, faultyBus(bus, random), key));
  const id = await newGroup(engines[0]!, owner, ['usr_b']);
  const said = new Map<string, string>();
  const readers: Reader[] = [];
  const writing: Writing[] = [];
  const known: string[] = [];
  const background: Promise<unknown>[] = [];
  let words = 0;

  const pick = <T>(from: readonly T[], which: number): T | undefined => from[which % Math.max(1, from.length)];
  const engineOf = ({ engine }: Step) => engines[engine]!;

  const doStep = async (one: Step): Promise<unknown> => {
    const engine = engineOf(one);
    const person = pick(people, one.who)!;
    const item = pick(known, one.which);
    const answer = pick(writing, one.which);
    const reader = pick(readers, one.which);
    switch (one.what) {
      case 'say': {
        const message = newMessage(`said ${words++}`, { authorId: person, mentions: [owner] });
        known.push(message.id);
        return engine.putItem(person, id, message);
      }
      case 'replace':
        return item && engine.putItem(owner, id, newMessage(`replaced ${words++}`, { id: item }), 'item.replaced');
      case 'remove':
        return item && engine.removeItem(owner, id, item);
      case 'remove after':
        return item && one.who % 3 === 0 && engine.removeItemsAfter(owner, id, item);
      case 'save':
        return engine.save(owner, { id, title: `title ${words++}`, status: { type: 'active' }, metadata: {} });
      case 'react':
      case 'unreact':
        return item && engine.react(person, id, item, pick(['a', 'b'], one.who)!, one.what === 'react');
      case 'join':
        return engine.members.join(owner, id, person, 'member');
      case 'leave':
        return engine.members.leave(one.who % 2 ? owner : person, id, person);
      case 'start run':
      case 'abandon run': {
        const run = engine.runs.prepare(person, 'group', { agent: pick(agents, one.which)! });
        await engine.runs.claim(run, id, one.who % 2 ? newMessage(`asked ${words++}`) : null);
        if (one.what === 'abandon run') return engine.runs.abandon(run);
        run.begin();
        writing.push({ run, engine, item: null });
        return;
      }
      case 'begin item': {
        if (!answer || answer.item) return;
        answer.item = { id: newId('msg'), type: 'message', payload: { text: '' }, createdAt: new Date().toISOString() };
        said.set(answer.item.id, '');
        return answer.run.emit([{ type: 'item', item: answer.item }], one.who % 2 === 0);
      }
      case 'words': {
        if (!answer?.item) return;
        const word = `${words++} `;
        said.set(answer.item.id, said.get(answer.item.id) + word);
        return answer.run.emit([{ type: 'delta', itemId: answer.item.id, deltas: [word] }], one.who % 2 === 0);
      }
      case 'drop item': {
        if (!answer?.item) return;
        const { id: itemId } = answer.item;
        answer.item = null;
        return answer.run.emit([{ type: 'drop', itemId }], false);
      }
      case 'finish item': {
        if (!answer?.item) return;
        const { run, item: done } = answer;
        answer.item = null;
        const n = await answer.engine.putItem(
          run.personId,
          id,
          newMessage(said.get(done.id)!, { id: done.id }),
          'item.done',
          run,
        );
        known.push(done.id);
        return run.emit([{ type: 'event', n, itemId: done.id, value: null }], true);
      }
      case 'end run': {
        if (!answer) return;
        writing.splice(writing.indexOf(answer), 1);
        return answer.engine.runs.finish(answer.run, { state: one.who % 2 ? 'done' : 'stopped' });
      }
      case 'follow': {
        const fresh = await freshState(engine, id);
        const start =
          one.who % 2
            ? fresh
            : {
                lastEvent: 0,
                state: { title: null, items: new Map(), members: new Map([[owner, 'owner']]), runs: new Set<string>() },
              };
        const made = new Reader(one.which % 3 ? owner : person, start, said);
        made.following = await engine.follow(made.personId, id, start.lastEvent, {
          wire: plainWire,
          send: made.collect,
          onError: (error) => made.problems.push(String(error)),
        });
        readers.push(made);
        return;
      }
      case 'pause':
        return reader?.pause();
      case 'resume':
        return reader?.resume();
      case 'close':
        if (!reader || one.who % 3) return;
        reader.following!.close();
        readers.splice(readers.indexOf(reader), 1);
        return;
      case 'wait':
        return new Promise((resolve) => setTimeout(resolve, random() * 10));
    }
  };

  const isRefusal = (error: { code?: string }) =>
    ['forbidden', 'not_found', 'run_in_progress'].includes(String(error.code));
  const tolerant = (one: Step) =>
    doStep(one).catch((error) => {
      if (!isRefusal(error)) throw error;
    });
  for (const one of steps) {
    const done = tolerant(one);
    if (one.awaited || one.what === 'follow') await done;
    else background.push(done);
  }
  await Promise.all(background);
  for (const reader of readers) reader.resume();
  const { state, lastEvent } = await freshState(engines[0]!, id);
  const wanted = comparable(state);
  // An item whose last write was refused is unfinished still.
  const open = writing.map(
    ({ run }) =>
      [run.id, Object.fromEntries(run.snapshot().items.map(({ id, payload }) => [id, payload.text]))] as const,
  );
  await vi.waitFor(
    () => {
      for (const reader of readers) {
        expect(reader.problems).toEqual([]);
        if (reader.isGone) {
          expect(state.members.has(reader.personId) && reader.personId === owner).toBe(false);
          continue;
        }
        expect(reader.lastEvent).toBe(lastEvent);
        expect(comparable(reader.state)).toEqual(wanted);
        for (const [run, items] of open) expect(Object.fromEntries(reader.shown.get(run) ?? [])).toEqual(items);
      }
    },
    { timeout: 10_000, interval: 10 },
  );
  for (const reader of readers) reader.following!.close();
  for (const { run, engine } of writing) await engine.runs.finish(run, { state: 'done' });
  for (const engine of engines) engine.close();
  await bus.close();
}

it('ends with the state a fresh read gives, having told each event once and never a word twice, whatever the bus does', async () => {
  const until = performance.now() + longestMs;
  await fc.assert(
    fc.asyncProperty(fc.integer(), (seed) => happen(seed, until)),
    {
      numRuns: 30,
      endOnFailure: true,
    },
  );
}, 60_000);
