import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { playServer } from './play-server.ts';
import type { ServerVector } from './vector.ts';

const folder = new URL('../../packages/chatkit/vectors/server/', import.meta.url);
const read = (name: string): ServerVector => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));

async function changed(name: string, change: (vector: ServerVector) => void): Promise<string[]> {
  const vector = read(name);
  change(vector);
  return playServer(vector);
}

const request = {
  type: 'threads.add_user_message',
  params: { thread_id: 'thr_1', input: { content: [], attachments: [], inference_options: {} } },
};
const said = {
  type: 'thread.item.done',
  item: {
    id: 'msg_1',
    thread_id: 'thr_1',
    created_at: '<time>',
    type: 'user_message',
    content: [],
    attachments: [],
    inference_options: {},
  },
};
const options = { type: 'stream_options', stream_options: { allow_cancel: true } };
const calls = [{ respond: { thread: 'thr_1', input: said.item } }];
const recording = (respond: object[], events: object[]): ServerVector =>
  ({
    name: 'made up',
    store: { threads: [{ id: 'thr_1' }] },
    steps: [{ request, respond, expect: { events: [said, options, ...events], calls } }],
  }) as unknown as ServerVector;

describe('the player of server recordings', () => {
  it('notices a wrong word, a lost event, a wrong call, a wrong row and a wrong refusal', async () => {
    const events = (vector: ServerVector) => vector.steps[0]?.expect.events as { item?: { id: string } }[];
    expect(await changed('add-message', (vector) => (events(vector)[0]!.item!.id = 'other'))).toHaveLength(1);
    expect(await changed('add-message', (vector) => events(vector).pop())).toHaveLength(1);
    expect(await changed('add-message', (vector) => vector.steps[0]?.expect.calls?.pop())).toHaveLength(1);
    expect(await changed('retry', (vector) => vector.store_after?.items?.thr_1?.pop())).toHaveLength(1);
    expect(
      await changed('structured-not-pending', (vector) => (vector.steps[0]!.expect.raises = 'NotFoundError: x')),
    ).toEqual(['steps[0].refusal: expected "not_found", got "conflict"']);
    expect(await changed('get-thread', (vector) => (vector.steps[0]!.expect.raises = 'NotFoundError: x'))).not.toEqual(
      [],
    );
  });

  it('fails a script step that it does not know', async () => {
    expect(
      await playServer(recording([{ sing: 'la' }], [{ type: 'error', code: 'stream.error', allow_retry: true }])),
    ).toEqual(['unknown script step {"sing":"la"}']);
  });

  it('expects the growth of a text without an id as a whole root, which the reference loses', async () => {
    const root = (plain: string, named: string) => ({
      type: 'Card',
      children: [
        { type: 'Text', value: plain },
        { type: 'Text', id: 't', value: named },
      ],
    });
    const base = { id: 'msg_2', thread_id: 'thr_1', created_at: '<time>', type: 'widget' };
    const update = (delta: string) => ({
      type: 'thread.item.updated',
      item_id: 'msg_2',
      update: { type: 'widget.streaming_text.value_delta', component_id: 't', delta, done: true },
    });
    const script = [{ widget: [root('a', 'x'), root('a', 'xy'), root('ab', 'xyz')] }];
    const added = { type: 'thread.item.added', item: { ...base, widget: root('a', 'x') } };
    const done = { type: 'thread.item.done', item: { ...base, widget: root('ab', 'xyz') } };
    expect(await playServer(recording(script, [added, update('y'), update('z'), done]))).toEqual([]);
    expect(await playServer(recording(script, [added, update('WRONG'), update('z'), done]))).toHaveLength(1);
  });

  it('expects hidden items nowhere, and an unknown item of a retry refused', async () => {
    const hidden = { id: 'h', thread_id: 'thr_1', created_at: '<time>', type: 'hidden_context_item', content: 'x' };
    const { created_at: _, ...scripted } = hidden;
    const script = [{ yield: { type: 'thread.item.added', item: scripted } }];
    expect(await playServer(recording(script, [{ type: 'thread.item.added', item: hidden }]))).toEqual([]);
    const retry = { type: 'threads.retry_after_item', params: { thread_id: 'thr_1', item_id: 'nope' } };
    const vector = recording([], []);
    vector.steps = [{ request: retry, expect: { events: [], calls: [] } }];
    expect(await playServer(vector)).toEqual([]);
  });
});
