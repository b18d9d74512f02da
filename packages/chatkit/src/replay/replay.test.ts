import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamEvent } from '../protocol/events.ts';
import { isHidden, type ThreadItem } from '../protocol/items.ts';
import {
  add,
  added,
  alice,
  delta,
  done,
  hang,
  message,
  now,
  ScriptedServer,
} from '../server/scripted-server.test-double.ts';
import { applyEvent, dropAfter, emptyReplay, type ReplayState } from './apply-event.ts';

const base = (id: string) => ({ id, thread_id: 'thr_1', created_at: now() });
const ids = fc.constantFrom('a', 'b', 'c', 'd');
const part = fc.string().map((text) => ({ annotations: [], text, type: 'output_text' as const }));
const task = fc.string().map((title) => ({ type: 'custom' as const, status_indicator: 'none' as const, title }));
const card = fc.string().map((value) => ({
  type: 'Card' as const,
  children: [
    { type: 'Col', children: [{ type: 'Text', id: 't', value }] },
    { type: 'Transition', children: { type: 'Markdown', id: 'm', value } },
  ],
}));
const item: fc.Arbitrary<ThreadItem> = fc.oneof(
  fc
    .record({ id: ids, content: fc.array(part, { maxLength: 2 }) })
    .map(({ id, content }): ThreadItem => ({ ...base(id), type: 'assistant_message', content })),
  fc.record({ id: ids, widget: card }).map(({ id, widget }): ThreadItem => ({ ...base(id), type: 'widget', widget })),
  fc.record({ id: ids, tasks: fc.array(task, { maxLength: 2 }) }).map(
    ({ id, tasks }): ThreadItem => ({
      ...base(id),
      type: 'workflow',
      workflow: { type: 'custom', tasks, expanded: false },
    }),
  ),
  ids.map((id): ThreadItem => ({ ...base(id), type: 'generated_image' })),
  // Hidden items have their own ids: a visible item never becomes hidden.
  fc.string().map((content): ThreadItem => ({ ...base('hidden'), type: 'hidden_context_item', content })),
);
const annotation = {
  type: 'annotation' as const,
  source: { type: 'file' as const, title: 'f', filename: 'f' },
  index: 0,
};
const index = fc.nat({ max: 2 });
const update = fc.oneof(
  fc.record({ i: index, delta: fc.string() }).map(({ i, delta: text }) => ({
    type: 'assistant_message.content_part.text_delta' as const,
    content_index: i,
    delta: text,
  })),
  fc.record({ i: index, content: part }).map(({ i, content }) => ({
    type: 'assistant_message.content_part.done' as const,
    content_index: i,
    content,
  })),
  fc.record({ i: index, at: index }).map(({ i, at }) => ({
    type: 'assistant_message.content_part.annotation_added' as const,
    content_index: i,
    annotation_index: at,
    annotation,
  })),
  fc.record({ id: fc.constantFrom('t', 'm', 'nobody'), text: fc.string(), last: fc.boolean() }).map((given) => ({
    type: 'widget.streaming_text.value_delta' as const,
    component_id: given.id,
    delta: given.text,
    done: given.last,
  })),
  card.map((widget) => ({ type: 'widget.root.updated' as const, widget })),
  task.map((given) => ({ type: 'workflow.task.added' as const, task_index: 0, task: given })),
  fc.string().map((url) => ({ type: 'generated_image.updated' as const, image: { id: 'i', url } })),
);
const event: fc.Arbitrary<StreamEvent> = fc.oneof(
  { weight: 3, arbitrary: item.map(added) },
  { weight: 3, arbitrary: item.map(done) },
  {
    weight: 6,
    arbitrary: fc
      .record({ item_id: ids, update })
      .map((given): StreamEvent => ({ type: 'thread.item.updated', ...given })),
  },
  { weight: 1, arbitrary: ids.map((item_id): StreamEvent => ({ type: 'thread.item.removed', item_id })) },
  { weight: 1, arbitrary: fc.constant<StreamEvent>({ type: 'progress_update', text: 'p' }) },
);

/** Adds a done event for each item that is still pending at the client, or differs there from the stored one. */
function closing(events: StreamEvent[]): StreamEvent[] {
  const state = events.reduce(applyEvent, emptyReplay);
  return state.items.filter((one) => !isHidden(one)).map(done);
}

const byId = (items: readonly ThreadItem[]) => [...items].sort((a, b) => a.id.localeCompare(b.id));

describe('replaying a stream', () => {
  it('leads to exactly the state of the store', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 30 }), fc.boolean(), async (events, async) => {
        const server = new ScriptedServer();
        await server.thread();
        const all = [...events, ...closing(events)];
        server.responder = () =>
          async
            ? (async function* () {
                yield* all;
              })()
            : all;
        const heard = (await server.events(add('x'))).map((one) => JSON.parse(JSON.stringify(one)) as StreamEvent);
        expect(heard.filter(({ type }) => type === 'error')).toEqual([]);
        const stored = (await server.items('thr_1')).filter((one) => !isHidden(one));
        expect(byId(heard.reduce(applyEvent, emptyReplay).items)).toEqual(byId(stored));
      }),
      { numRuns: 150 },
    );
  });

  it('never loses visible text when the answer is stopped at any moment', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ id: fc.constantFrom('a', 'b'), text: fc.string({ minLength: 1 }) }), { minLength: 1 }),
        fc.nat({ max: 40 }),
        async (pieces, moment) => {
          const server = new ScriptedServer();
          await server.thread();
          const client = new AbortController();
          server.responder = async function* (_thread, _input, _context, { signal }) {
            yield added(message('a', undefined));
            yield added(message('b', undefined));
            for (const { id, text } of pieces) yield delta(id, text);
            await hang(signal);
          };
          let seen: ReplayState = emptyReplay;
          let count = 0;
          const last = pieces.length + 3;
          for await (const one of (await server.stream(add('x'), alice, client.signal)).events) {
            seen = applyEvent(seen, one);
            if (count++ === Math.min(moment, last)) client.abort();
          }
          const stored = await server.items('thr_1');
          for (const one of seen.items) {
            if (one.type !== 'assistant_message') continue;
            const text = one.content.map((content) => content.text).join('');
            if (text.trim() === '') continue;
            const kept = stored.find(({ id }) => id === one.id) as typeof one;
            expect(
              kept.content
                .map((content) => content.text)
                .join('')
                .startsWith(text),
            ).toBe(true);
          }
          expect(stored.filter(({ type }) => type === 'sdk_hidden_context')).toHaveLength(1);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('a client’s state', () => {
  it('is never changed in place, and keeps the identity of what did not change', () => {
    const before = [added(message('a', 'a')), added(message('b', 'b'))].reduce(applyEvent, emptyReplay);
    const copy = structuredClone(before);
    const after = applyEvent(before, delta('b', '!'));
    expect(before).toEqual(copy);
    expect(after.items[0]).toBe(before.items[0]);
    expect(after.items[1]).toMatchObject({ content: [{ text: 'b!' }] });
  });

  it('ignores unknown events and updates', () => {
    const state = applyEvent(emptyReplay, added(message('a', 'a')));
    const unknown = [
      { type: 'thread.item.sung', item_id: 'a' },
      { type: 'thread.item.updated', item_id: 'nobody', update: { type: 'widget.root.updated', widget: {} } },
      { type: 'thread.item.updated', item_id: 'a', update: { type: 'assistant_message.hummed' } },
      { type: 'thread.item.removed', item_id: 'nobody' },
    ] as unknown as StreamEvent[];
    for (const one of unknown) expect(applyEvent(state, one)).toBe(state);
  });

  it('is cut after the message that is retried', () => {
    const state = ['a', 'b', 'c'].map((id) => added(message(id, id))).reduce(applyEvent, emptyReplay);
    expect(dropAfter(state, 'b').items.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(dropAfter(state, 'nobody')).toBe(state);
  });
});
