import { expect, it } from 'vitest';
import type { StreamEvent } from '../protocol/events.ts';
import type { WidgetRoot } from '../protocol/widgets.ts';
import { streamWidget, type WidgetStates } from './stream-widget.ts';

async function events(widget: WidgetStates, copyText?: string): Promise<StreamEvent[]> {
  const options = { generateId: () => 'msg_1', ...(copyText === undefined ? {} : { copyText }) };
  const all: StreamEvent[] = [];
  for await (const event of streamWidget({ id: 'thr_1' }, widget, options)) all.push(event);
  return all;
}

it('shows a ready widget at once, without its nulls', async () => {
  const widget = {
    type: 'Card',
    children: [
      { type: 'Text', value: 'x', color: null, weight: undefined },
      { type: 'Button', onClickAction: { type: 'go', payload: { a: null, at: new Date(0) } } },
      { type: 'Transition', children: null },
    ],
  } as unknown as WidgetRoot;
  expect(await events(widget, 'copy me')).toEqual([
    {
      type: 'thread.item.done',
      item: {
        id: 'msg_1',
        thread_id: 'thr_1',
        created_at: expect.stringMatching(/Z$/),
        type: 'widget',
        widget: {
          type: 'Card',
          children: [
            { type: 'Text', value: 'x' },
            { type: 'Button', onClickAction: { type: 'go', payload: { at: '1970-01-01T00:00:00.000Z' } } },
            { type: 'Transition', children: null },
          ],
        },
        copy_text: 'copy me',
      },
    },
  ]);
});

it('streams states, also of one object that is changed in place', async () => {
  async function* states() {
    const text = { type: 'Text', id: 't', value: '', streaming: true };
    const widget = { type: 'Card', children: [text] } as WidgetRoot;
    for (const part of ['Hel', 'lo, ', 'world']) {
      text.value += part;
      yield widget;
    }
    text.streaming = false;
    yield widget;
  }
  const all = await events(states());
  const kinds = all.map((event) => (event.type === 'thread.item.updated' ? event.update : event.type));
  const card = (value: string, streaming: boolean) => ({
    type: 'Card',
    children: [{ type: 'Text', id: 't', value, streaming }],
  });
  expect(kinds).toEqual([
    'thread.item.added',
    { type: 'widget.streaming_text.value_delta', component_id: 't', delta: 'lo, ', done: false },
    { type: 'widget.streaming_text.value_delta', component_id: 't', delta: 'world', done: false },
    { type: 'widget.root.updated', widget: card('Hello, world', false) },
    'thread.item.done',
  ]);
  const [added, done] = [all[0], all.at(-1)] as Extract<StreamEvent, { type: 'thread.item.done' }>[];
  expect(added?.item).toMatchObject({ widget: card('Hel', true) });
  expect(done?.item).toMatchObject({ widget: card('Hello, world', false), created_at: added?.item.created_at });
});

it('refuses states that end before the first', async () => {
  async function* none() {}
  await expect(events(none())).rejects.toThrow('at least one state');
});
