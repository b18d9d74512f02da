import { expect, it } from 'vitest';
import { z } from 'zod';
import { Action } from './actions.ts';
import {
  BaseStreamError,
  CauserieError,
  ChatKitError,
  CustomStreamError,
  NotFoundError,
  StreamError,
  UsageError,
} from './errors.ts';
import { streamEventSchema } from './events.ts';
import { threadItemSchema } from './items.ts';
import * as events from './new-events.ts';
import * as items from './new-items.ts';

const thread = { id: 'thr_1' };

it('an item in one call is complete: id, thread, time, and the defaults of its type', () => {
  const made = [
    items.newAssistantMessage(thread, 'Hi'),
    items.newAssistantMessage(thread, [{ text: 'a', annotations: [] }, { text: 'b' }]),
    items.newUserMessage(thread, 'Hello', { quoted_text: 'before' }),
    items.newWidgetItem(thread, { type: 'Card', children: [] }, { copy_text: 'copied' }),
    items.newClientToolCall(thread, { name: 'where' }),
    items.newStructuredInput(thread, [{ type: 'freeform', id: 'q', question: 'Why?' }]),
    items.newTaskItem(thread, { type: 'thought', content: 'hm' }),
    items.newWorkflowItem(thread, { type: 'custom', tasks: [{ type: 'image' }] }),
    items.newGeneratedImage(thread),
    items.newHiddenContext(thread, { page: 3 }),
    items.newEndOfTurn(thread),
  ];
  for (const item of made) {
    expect(threadItemSchema.parse(item)).toEqual(item);
    expect(item.thread_id).toBe('thr_1');
    expect(Math.abs(Date.parse(item.created_at) - Date.now())).toBeLessThan(60_000);
  }
  expect(new Set(made.map((item) => item.id)).size).toBe(made.length);
  expect(made.map((item) => item.id.split('_')[0])).toEqual([
    'msg',
    'msg',
    'msg',
    'msg',
    'tc',
    'msg',
    'tsk',
    'wf',
    'msg',
    'msg',
    'msg',
  ]);
  expect(made[1]).toMatchObject({ content: [{}, { text: 'b', type: 'output_text', annotations: [] }] });
  expect(made[2]).toMatchObject({ quoted_text: 'before', attachments: [], inference_options: {} });
  expect(made[4]).toMatchObject({ status: 'pending', arguments: {}, call_id: made[4]!.id });
});

it('ids and times may be given, and what does not fit is refused where it is written', () => {
  const given = { id: 'msg_mine', created_at: '2026-01-01T00:00:00Z' };
  expect(items.newAssistantMessage(thread, 'Hi', given)).toMatchObject(given);
  expect(() => items.newStructuredInput(thread, [{ type: 'freeform', id: 'q' } as never])).toThrow(
    new UsageError('not a structured_input: inputs.0.question: Invalid input: expected string, received undefined'),
  );
});

it('an event in one call is what the wire takes', () => {
  const item = items.newAssistantMessage(thread, 'Hi');
  const made = [
    events.itemAdded(item),
    events.itemDone(item),
    events.itemReplaced(item),
    events.itemRemoved(item),
    events.itemUpdated(item.id, { type: 'widget.root.updated', widget: { type: 'Card', children: [] } }),
    events.textDelta(item, ' there'),
    events.progressUpdate('Looking', 'search'),
    events.notice('warning', 'Two left', 'Quota'),
    events.clientEffect('open_map', { city: 'Paris' }),
    events.streamOptions(false),
  ];
  for (const event of made) expect(streamEventSchema.parse(event)).toEqual(event);
  expect(made[5]).toMatchObject({ item_id: item.id, update: { content_index: 0, delta: ' there' } });
});

it('an action checks its payload where it is made and where it comes back', () => {
  const accept = Action.define('accept', z.object({ day: z.string() }));
  expect(accept.create({ day: 'Friday' }, { handler: 'client', streaming: false })).toEqual({
    type: 'accept',
    payload: { day: 'Friday' },
    handler: 'client',
    streaming: false,
  });
  expect(() => accept.create({ day: 5 } as never)).toThrow(UsageError);
  expect(accept.read({ type: 'accept', payload: { day: 'Friday', more: 1 } })?.payload).toEqual({ day: 'Friday' });
  expect(accept.read({ type: 'refuse' })).toBeUndefined();
  expect(() => accept.read({ type: 'accept' })).toThrow(ChatKitError);

  expect(Action.create('open')).toEqual({ type: 'open' });
  expect(Action.create('open', { at: 1 }, { schema: z.object({ at: z.number() }), loadingBehavior: 'self' })).toEqual({
    type: 'open',
    payload: { at: 1 },
    loadingBehavior: 'self',
  });
  expect(() => Action.create('open', { at: 1n })).toThrow(UsageError);
});

it('every error is a CauserieError, and what ends an answer a BaseStreamError', () => {
  for (const error of [
    new ChatKitError('conflict', 'x'),
    new NotFoundError('x'),
    new StreamError(),
    new CustomStreamError('x'),
    new UsageError('x'),
  ])
    expect(error).toBeInstanceOf(CauserieError);
  expect([new StreamError(), new CustomStreamError('x')].every((error) => error instanceof BaseStreamError)).toBe(true);
  expect(new NotFoundError('x')).not.toBeInstanceOf(BaseStreamError);
});
