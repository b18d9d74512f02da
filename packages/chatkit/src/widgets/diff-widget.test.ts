import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WidgetItem } from '../protocol/items.ts';
import type { WidgetRoot } from '../protocol/widgets.ts';
import { applyUpdate } from '../replay/apply-update.ts';
import { diffWidget } from './diff-widget.ts';
import { plainWidget } from './plain-widget.ts';

const card = (...children: object[]) => ({ type: 'Card', children }) as WidgetRoot;
const delta = (component_id: string, text: string, done: boolean) => ({
  type: 'widget.streaming_text.value_delta',
  component_id,
  delta: text,
  done,
});

describe('diffWidget', () => {
  it('finds nothing between equal widgets, null and absent being equal', () => {
    expect(diffWidget(card({ type: 'Text', value: 'a' }), card({ type: 'Text', value: 'a' }))).toEqual([]);
    const withNull = card({ type: 'Text', value: 'a', color: null });
    expect(diffWidget(withNull, card({ type: 'Text', value: 'a' }))).toEqual([]);
    expect(diffWidget(card({ type: 'Text', value: 'a' }), withNull)).toEqual([]);
  });

  it.each(['Text', 'Markdown'])('sends the growth of a %s with an id as a delta', (type) => {
    const before = card({ type, id: 't', value: 'Hel', streaming: true });
    expect(diffWidget(before, card({ type, id: 't', value: 'Hello', streaming: true }))).toEqual([
      delta('t', 'lo', false),
    ]);
    expect(
      diffWidget(card({ type, id: 't', value: 'Hel' }), card({ type, id: 't', value: 'Hello' })),
      'without streaming, each growth is complete',
    ).toEqual([delta('t', 'lo', true)]);
  });

  it('sends several growths at any depth', () => {
    const state = (one: string, two: string) =>
      card(
        { type: 'Row', children: [{ type: 'Col', children: [{ type: 'Text', id: 'one', value: one }] }] },
        { type: 'Markdown', id: 'two', value: two, streaming: true },
      );
    expect(diffWidget(state('a', ''), state('ab', 'c'))).toEqual([delta('one', 'b', true), delta('two', 'c', false)]);
  });

  it.each([
    [
      'a text stops streaming',
      { type: 'Text', id: 't', value: 'a', streaming: true },
      { type: 'Text', id: 't', value: 'ab', streaming: false },
    ],
    [
      'a value changes instead of growing',
      { type: 'Text', id: 't', value: 'ab' },
      { type: 'Text', id: 't', value: 'a' },
    ],
    ['a text without id grows', { type: 'Text', value: 'a' }, { type: 'Text', value: 'ab' }],
    ['a text with an empty id grows', { type: 'Text', id: '', value: 'a' }, { type: 'Text', id: '', value: 'ab' }],
    ['a title grows', { type: 'Title', id: 't', value: 'a' }, { type: 'Title', id: 't', value: 'ab' }],
    ['a type changes', { type: 'Text', id: 't', value: 'a' }, { type: 'Markdown', id: 't', value: 'a' }],
    ['an id changes', { type: 'Text', id: 't', value: 'a' }, { type: 'Text', id: 'u', value: 'ab' }],
    ['a prop is there on one side only', { type: 'Made.Up', id: 't' }, { type: 'Made.Up', id: 't', other: 1 }],
    ['a prop goes away', { type: 'Made.Up', other: 1 }, { type: 'Made.Up' }],
    [
      "a Transition's only child grows",
      { type: 'Transition', children: { type: 'Text', id: 't', value: 'a' } },
      { type: 'Transition', children: { type: 'Text', id: 't', value: 'ab' } },
    ],
  ])('sends the whole widget when %s', (_name, before, after) => {
    expect(diffWidget(card(before), card(after))).toEqual([{ type: 'widget.root.updated', widget: card(after) }]);
  });

  it('sends the whole widget when a child comes or goes, or two components share the id that grows', () => {
    const text = (value: string) => ({ type: 'Text', id: 't', value });
    expect(diffWidget(card(text('a')), card(text('a'), text('b')))[0]?.type).toBe('widget.root.updated');
    expect(diffWidget(card(text('a'), text('b')), card(text('a'), text('bc')))[0]?.type).toBe('widget.root.updated');
  });

  it('rebuilds the last state on the client, for any widgets and changes', () => {
    // Few ids and texts, so that two states often share them.
    const id = fc.option(fc.constantFrom('a', 'b', 'c', ''), { nil: undefined });
    const value = fc.constantFrom('', 'x', 'xy', 'xyz', 'q');
    const { node } = fc.letrec<{ node: object }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        fc.record(
          { type: fc.constantFrom('Text', 'Markdown', 'Title'), id, value, streaming: fc.boolean() },
          { requiredKeys: ['type', 'value'] },
        ),
        fc.record({
          type: fc.constantFrom('Row', 'Box', 'Made.Up'),
          id,
          children: fc.array(tie('node'), { maxLength: 3 }),
        }),
        fc.record({ type: fc.constant('Transition'), children: fc.option(tie('node')) }),
        fc.record({ type: fc.constant('Button'), onClickAction: fc.record({ type: value, payload: fc.jsonValue() }) }),
      ),
    }));
    const widget = fc.array(node, { maxLength: 3 }).map((children) => card(...children));
    // Independent states are nearly always a whole replacement, so every other one is the state before, with texts grown.
    const grown = (state: WidgetRoot, more: string): WidgetRoot =>
      JSON.parse(JSON.stringify(state), (key, inner) =>
        key === 'value' && typeof inner === 'string' ? inner + more : inner,
      );
    const states = fc
      .array(fc.oneof(widget, fc.constantFrom('1', '22')), { minLength: 1, maxLength: 8 })
      .map((steps) => {
        let last = card({ type: 'Text', id: 'a', value: '' });
        return steps.map((step) => {
          last = typeof step === 'string' ? grown(last, step) : step;
          return plainWidget(last);
        });
      });
    fc.assert(
      fc.property(states, (all) => {
        const [first, ...rest] = all as [WidgetRoot, ...WidgetRoot[]];
        const base = { id: 'w', thread_id: 't', created_at: '2026-01-01T00:00:00Z', type: 'widget' } as const;
        let item: WidgetItem = { ...base, widget: structuredClone(first) };
        let before = first;
        for (const after of rest) {
          for (const update of diffWidget(before, after))
            item = applyUpdate(item, structuredClone(update)) as WidgetItem;
          expect(item.widget).toEqual(after);
          before = after;
        }
      }),
      { numRuns: 500 },
    );
  });
});
