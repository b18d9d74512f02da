import { expect, it } from 'vitest';
import type { AssistantMessage, Item, StreamEvent, WidgetItem, WorkflowItem } from '../../src/protocol.ts';
import { Conversation } from '../../src/state/conversation.ts';
import { assistantMessage, delta, thread, userMessage } from '../scripted-server.ts';

function play(conversation: Conversation, ...events: object[]): void {
  for (const event of events) conversation.apply(event as StreamEvent);
  conversation.commit();
}

const shown = (conversation: Conversation) => conversation.entries.value.map((entry) => entry.item.id);
const answer = (conversation: Conversation, id: string) => conversation.find(id)!.item as AssistantMessage;
const part = (text: string, annotations: object[] = []) => ({ type: 'output_text', text, annotations });
const update = (id: string, value: object) => ({ type: 'thread.item.updated', item_id: id, update: value });
const text = (type: string, index: number, content: object) => ({
  type: `assistant_message.content_part.${type}`,
  content_index: index,
  content,
});

it('an answer grows by deltas and ends as the server stored it', () => {
  const conversation = new Conversation();
  play(
    conversation,
    { type: 'thread.created', thread: thread('thr_1') },
    { type: 'thread.item.added', item: { ...assistantMessage('', 'a'), content: [] } },
    update('a', text('added', 0, part(''))),
    delta('a', 'Hel'),
    delta('a', 'lo'),
  );
  expect(conversation.find('a')!.streaming).toBe(true);
  expect(answer(conversation, 'a').content[0]!.text).toBe('Hello');
  play(conversation, { type: 'thread.item.done', item: assistantMessage('Hello.', 'a') });
  expect(answer(conversation, 'a').content[0]!.text).toBe('Hello.');
  expect(conversation.find('a')!.streaming).toBe(false);
});

it('hostile orders: unknown items, unknown updates, gaps, doubles and absurd indexes change nothing they should not', () => {
  const conversation = new Conversation();
  play(
    conversation,
    delta('never seen', 'x'),
    { type: 'thread.item.removed', item_id: 'never seen' },
    { type: 'thread.item.done', item: assistantMessage('done without added', 'a') },
    { type: 'thread.item.added', item: { ...assistantMessage('', 'b'), content: [] } },
    delta('b', 'third', 2),
    delta('b', 'too far', 1e9),
    update('b', { type: 'assistant_message.something.new', content_index: 0 }),
    update('b', { type: 'workflow.task.added', task_index: 0, task: { type: 'thought' } }),
    { type: 'thread.item.done', item: null },
    { type: 'thread.item.updated', item_id: 'b', update: null },
  );
  expect(shown(conversation)).toEqual(['a', 'b']);
  expect(answer(conversation, 'b').content.map((content) => content.text)).toEqual(['', '', 'third']);
});

it('hidden items never show, even when a server lets one slip', () => {
  const conversation = new Conversation();
  for (const type of ['thread.item.added', 'thread.item.done', 'thread.item.replaced']) {
    play(conversation, { type, item: { id: 'h', type: 'hidden_context_item', content: 'secret' } });
    play(conversation, { type, item: { id: 's', type: 'sdk_hidden_context', content: 'secret' } });
  }
  conversation.sync([{ id: 'h', type: 'hidden_context_item' } as unknown as Item], true);
  expect(shown(conversation)).toEqual([]);
});

it('a message shown when it was sent becomes the stored one in its place', () => {
  const conversation = new Conversation();
  const entry = conversation.addLocal({ ...userMessage('hi', 'local_1'), type: 'user_message' } as Item, 'sending');
  play(conversation, { type: 'thread.item.done', item: userMessage('hi', 'msg_1') });
  expect(conversation.entries.value).toEqual([entry]);
  expect(entry.item.id).toBe('msg_1');
  expect(entry.origin).toBe('server');
  expect(conversation.find('local_1')).toBeUndefined();
});

it('done without annotations keeps those that came one by one', () => {
  const conversation = new Conversation();
  const cite = (index: number) => ({
    type: 'annotation',
    index,
    source: { type: 'url', title: `${index}`, url: 'https://a.example' },
  });
  play(
    conversation,
    { type: 'thread.item.added', item: { ...assistantMessage('', 'a'), content: [] } },
    delta('a', 'text'),
    update('a', {
      type: 'assistant_message.content_part.annotation_added',
      content_index: 0,
      annotation_index: 0,
      annotation: cite(1),
    }),
    update('a', {
      type: 'assistant_message.content_part.annotation_added',
      content_index: 0,
      annotation_index: 9,
      annotation: cite(2),
    }),
    update('a', text('done', 0, part('text!'))),
  );
  const [content] = answer(conversation, 'a').content;
  expect(content!.text).toBe('text!');
  expect(content!.annotations!.map((annotation) => annotation.index)).toEqual([1, 2]);
});

it('a task that is in the added workflow already, and added again, shows once', () => {
  const conversation = new Conversation();
  const task = (title: string) => ({ type: 'custom', title });
  play(
    conversation,
    {
      type: 'thread.item.added',
      item: { id: 'w', type: 'workflow', workflow: { type: 'custom', tasks: [task('one'), task('two')] } },
    },
    update('w', { type: 'workflow.task.added', task_index: 1, task: task('two') }),
    update('w', { type: 'workflow.task.updated', task_index: 0, task: task('one!') }),
    update('w', { type: 'workflow.task.updated', task_index: 7, task: task('three') }),
  );
  const { workflow } = conversation.find('w')!.item as WorkflowItem;
  expect(workflow.tasks.map((each) => each.title)).toEqual(['one!', 'two', 'three']);
});

it('text streams into a widget below lists and single children, and other branches keep their identity', () => {
  const conversation = new Conversation();
  const still = { type: 'Text', id: 'still', value: 'a' };
  const widget = {
    type: 'Card',
    children: [still, { type: 'Transition', children: { type: 'Markdown', id: 'm', value: 'He', streaming: true } }],
  };
  play(
    conversation,
    { type: 'thread.item.added', item: { id: 'w', type: 'widget', widget } },
    update('w', { type: 'widget.streaming_text.value_delta', component_id: 'm', delta: 'llo', done: true }),
    update('w', { type: 'widget.streaming_text.value_delta', component_id: 'nowhere', delta: '?' }),
  );
  const after = (conversation.find('w')!.item as WidgetItem).widget;
  expect(after).toEqual({
    type: 'Card',
    children: [
      still,
      { type: 'Transition', children: { type: 'Markdown', id: 'm', value: 'Hello', streaming: false } },
    ],
  });
  expect((after.children as object[])[0]).toBe(still);
  expect(widget.children[1]).toEqual({
    type: 'Transition',
    children: { type: 'Markdown', id: 'm', value: 'He', streaming: true },
  });
});

it('only what changed is told to its reader, once a commit', () => {
  const conversation = new Conversation();
  play(
    conversation,
    { type: 'thread.item.done', item: assistantMessage('x', 'a') },
    { type: 'thread.item.added', item: assistantMessage('', 'b') },
  );
  const told: string[] = [];
  conversation.entries.subscribe(() => told.push('order'));
  for (const entry of conversation.entries.value) entry.changed.subscribe(() => told.push(entry.item.id));
  play(conversation, delta('b', '1'), delta('b', '2'), delta('b', '3'));
  expect(told).toEqual(['b']);
});

it('reading the newest page again keeps older items, drops what is gone and keeps unsent messages last', () => {
  const conversation = new Conversation();
  const items = ['1', '2', '3', '4'].map((id) => userMessage(id, id) as unknown as Item);
  conversation.sync(items, true);
  const second = conversation.find('2');
  conversation.addLocal(userMessage('unsent', 'local') as unknown as Item, 'sending');
  conversation.sync([items[1]!, items[3]!, userMessage('5', '5') as unknown as Item], false);
  expect(shown(conversation)).toEqual(['1', '2', '4', '5', 'local']);
  expect(conversation.find('2')).toBe(second);
  expect(conversation.find('3')).toBeUndefined();
});

it('an event never changes an object that the server’s message was parsed into', () => {
  const conversation = new Conversation();
  const item = Object.freeze({ ...assistantMessage('', 'a'), content: Object.freeze([Object.freeze(part('fixed'))]) });
  play(conversation, { type: 'thread.item.added', item }, delta('a', ' and more'));
  expect(item.content[0]).toEqual(part('fixed'));
  expect(answer(conversation, 'a').content[0]!.text).toBe('fixed and more');
});
