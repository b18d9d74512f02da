import { describe, expect, it } from 'vitest';
import type { ThreadItem, WidgetItem } from '../protocol/items.ts';
import { add, alice, create, done, input, message, now, ScriptedServer, types } from './scripted-server.test-double.ts';

const inThread = (type: string, params: object = {}) => ({ type, params: { thread_id: 'thr_1', ...params } });
const widget: WidgetItem = {
  id: 'wid_1',
  thread_id: 'thr_1',
  created_at: now(),
  type: 'widget',
  widget: { type: 'Card', children: [{ type: 'Unheard', deep: { nothing: null } }] },
};
const toolCall = (id: string, status: 'pending' | 'completed' = 'pending'): ThreadItem => ({
  id,
  thread_id: 'thr_1',
  created_at: now(),
  type: 'client_tool_call',
  status,
  call_id: `call_${id}`,
  name: 'get_weather',
  arguments: {},
});

async function withItems(...items: ThreadItem[]) {
  const server = new ScriptedServer({ attachments: true });
  await server.thread();
  for (const item of items) await server.store.addThreadItem('thr_1', item, alice);
  return server;
}

describe('a malformed request', () => {
  it.each([
    ['not JSON', '{', []],
    ['no object', '3', []],
    ['of no type', '{}', ['type']],
    ['of an unknown type', '{"type":"threads.fork","params":{}}', ['type']],
    ['without its params', '{"type":"threads.get_by_id"}', ['params']],
    ['without a key', JSON.stringify(inThread('threads.update')), ['params', 'title']],
    ['with a wrong order', '{"type":"threads.list","params":{"order":"up"}}', ['params', 'order']],
    ['with a negative limit', '{"type":"threads.list","params":{"limit":-1}}', ['params', 'limit']],
    [
      'without inference options',
      '{"type":"threads.create","params":{"input":{"content":[],"attachments":[]}}}',
      ['params', 'input', 'inference_options'],
    ],
    [
      'with content of an unknown type',
      '{"type":"threads.create","params":{"input":{"content":[{"type":"x"}],"attachments":[],"inference_options":{}}}}',
      ['params', 'input', 'content', 0, 'type'],
    ],
    ['without a result', JSON.stringify(inThread('threads.add_client_tool_output')), ['params', 'result']],
  ])('(%s) is refused with the path of the fault', async (_, body, path) => {
    await expect(new ScriptedServer().process(body, alice)).rejects.toMatchObject({
      code: 'bad_request',
      status: 400,
      details: [{ path }],
    });
  });

  it('in its bytes is refused, not repaired', async () => {
    const body = new Uint8Array([0x22, 0xff, 0x22]);
    await expect(new ScriptedServer().process(body, alice)).rejects.toMatchObject({ status: 400 });
  });

  it('may have unknown keys, and null for optional fields', async () => {
    const server = await withItems();
    const { data } = await server.json({
      type: 'items.list',
      metadata: { any: 1 },
      zzz: 1,
      params: { thread_id: 'thr_1', limit: null, after: null, more: true },
    });
    expect(data).toEqual([]);
  });
});

describe('a row that is missing or somebody else’s', () => {
  const requests: [string, object][] = [
    ['threads.add_user_message', { input: input('x') }],
    ['threads.add_client_tool_output', { result: {} }],
    ['threads.add_structured_input', { item_id: 'si_1', input: {} }],
    ['threads.retry_after_item', { item_id: 'msg_1' }],
    ['threads.custom_action', { action: { type: 'go' } }],
    ['threads.sync_custom_action', { action: { type: 'go' } }],
    ['threads.get_by_id', {}],
    ['threads.update', { title: 't' }],
    ['threads.delete', {}],
    ['items.list', {}],
    ['items.feedback', { item_ids: [], kind: 'positive' }],
  ];

  it.each(requests)('is not found by %s, in the same words', async (type, params) => {
    const server = await withItems(widget);
    const bob = { user: 'bob' };
    const request = (thread_id: string) => ({ type, params: { thread_id, ...params } });
    const refusals = await Promise.all([
      server.process(request('thr_1'), bob).catch((error) => error),
      server.process(request('thr_none'), bob).catch((error) => error),
    ]);
    expect(refusals.map((error) => error.status)).toEqual([404, 404]);
    expect(refusals[0].message.replaceAll('thr_1', 'thr_none')).toBe(refusals[1].message);
    expect(await server.items('thr_1')).toHaveLength(1);
    expect(await server.store.loadThread('thr_1', alice)).toMatchObject({ id: 'thr_1' });
  });

  it('is not found among attachments, nor among the items of actions and retries', async () => {
    const server = await withItems(widget, message('msg_a', 'a'));
    const { id } = (await server.json({
      type: 'attachments.create',
      params: { name: 'a', size: 1, mime_type: 'a/b' },
    })) as { id: string };
    const bob = { user: 'bob' };
    await expect(server.process(create('x', [id]), bob)).rejects.toMatchObject({ status: 404 });
    const remove = { type: 'attachments.delete', params: { attachment_id: id } };
    await expect(server.process(remove, bob)).rejects.toMatchObject({ status: 404 });
    for (const type of ['threads.custom_action', 'threads.sync_custom_action']) {
      const request = inThread(type, { item_id: 'nope', action: { type: 'go' } });
      await expect(server.process(request, alice)).rejects.toMatchObject({ status: 404 });
    }
    const retry = inThread('threads.retry_after_item', { item_id: 'nope' });
    await expect(server.process(retry, alice)).rejects.toMatchObject({ status: 404 });
    expect(await server.items('thr_1')).toHaveLength(2);
    expect(await server.json(remove)).toEqual({});
  });
});

describe('a client tool', () => {
  it('whose output comes resumes the answer, and calls never answered are dropped', async () => {
    const server = await withItems(toolCall('tc_stale'), message('msg_a', 'a'), toolCall('tc_1'));
    let given: unknown = 'unset';
    server.responder = (_thread, userInput) => {
      given = userInput;
      return [done(message('msg_b', '21 °C'))];
    };
    const events = await server.events(inThread('threads.add_client_tool_output', { result: { t: 21, none: null } }));
    expect(types(events)).toEqual(['stream_options', 'thread.item.done']);
    expect(given).toBeUndefined();
    const items = await server.items('thr_1');
    expect(items.map(({ id }) => id)).toEqual(['msg_a', 'tc_1', 'msg_b']);
    expect(items[1]).toMatchObject({ status: 'completed', output: { t: 21, none: null } });
    expect(server.logged).toHaveLength(1);
  });

  it('that is not waited for is a conflict, and nothing is written', async () => {
    for (const last of [message('msg_a', 'a'), toolCall('tc_1', 'completed')]) {
      const server = await withItems(last);
      const request = inThread('threads.add_client_tool_output', { result: 1 });
      await expect(server.process(request, alice)).rejects.toMatchObject({ code: 'conflict', status: 409 });
      expect(await server.items('thr_1')).toEqual([last]);
    }
  });
});

describe('a structured input', () => {
  const asked: ThreadItem = {
    id: 'si_1',
    thread_id: 'thr_1',
    created_at: now(),
    type: 'structured_input',
    status: 'pending',
    inputs: [
      { id: 'one', question: 'Which?', type: 'multiple_choice', options: [{ value: 'a' }], multiple: false },
      { id: 'many', question: 'Which?', type: 'multiple_choice', options: [{ value: 'a' }], multiple: true },
      { id: 'free', question: 'Why?', type: 'freeform' },
      { id: 'toString', question: 'A trap?', type: 'freeform' },
    ],
  };
  const submit = (submission: object) =>
    inThread('threads.add_structured_input', { item_id: 'si_1', input: submission });

  it('accepts free answers, keeps one for a single choice, and counts the missing as skipped', async () => {
    const server = await withItems(asked);
    const answers = { one: { values: ['own', 'b'] }, many: { values: ['a', 'b'] }, unasked: { values: ['x'] } };
    const events = await server.events(submit({ answers }));
    expect(types(events)).toEqual(['stream_options', 'thread.item.replaced']);
    const [item] = await server.items('thr_1');
    expect(events[1]).toEqual({ type: 'thread.item.replaced', item });
    expect(item).toMatchObject({
      status: 'answered',
      inputs: [
        { answer: { values: ['own'], skipped: false } },
        { answer: { values: ['a', 'b'], skipped: false } },
        { answer: { values: [], skipped: true } },
        { answer: { values: [], skipped: true } },
      ],
    });
    await expect(server.process(submit({}), alice)).rejects.toMatchObject({ status: 409 });
  });

  it('may be skipped as a whole', async () => {
    const server = await withItems(asked);
    await server.events(submit({ status: 'skipped', answers: { one: { values: ['a'] } } }));
    const [item] = await server.items('thr_1');
    expect(item).toMatchObject({ status: 'skipped', inputs: [{ answer: { skipped: true } }, {}, {}, {}] });
  });
});

describe('a retry', () => {
  it('drops every later item, over many pages, and answers the same message again', async () => {
    const server = await withItems();
    server.responder = () => [done(message('msg_first', 'first answer'))];
    await server.events(add('question'));
    for (let index = 0; index < 45; index++) {
      await server.store.addThreadItem('thr_1', message(`msg_later${index}`, 'x'), alice);
    }
    const [question] = await server.items('thr_1');
    let again: unknown;
    server.responder = (_thread, userInput) => {
      again = userInput;
      return [done(message('msg_new', 'second answer'))];
    };
    const events = await server.events(inThread('threads.retry_after_item', { item_id: question?.id }));
    expect(types(events)).toEqual(['stream_options', 'thread.item.done']);
    expect(again).toEqual(question);
    expect((await server.items('thr_1')).map(({ id }) => id)).toEqual([question?.id, 'msg_new']);
  });

  it('of an item that is no user message is refused, and nothing is dropped', async () => {
    const server = await withItems(message('msg_a', 'a'), message('msg_b', 'b'));
    const request = inThread('threads.retry_after_item', { item_id: 'msg_a' });
    await expect(server.process(request, alice)).rejects.toMatchObject({ status: 400 });
    expect(await server.items('thr_1')).toHaveLength(2);
  });
});

describe('an action', () => {
  const act = (item_id?: string) =>
    inThread('threads.custom_action', { item_id, action: { type: 'go', payload: { b: null } } });

  it('comes with its payload and the widget it was fired from, and may update the widget', async () => {
    const server = await withItems(widget);
    let called: unknown[] = [];
    server.actor = (thread, action, sender) => {
      called = [thread.id, action, sender];
      const update = { type: 'widget.root.updated' as const, widget: { type: 'Card' as const, children: [] } };
      return [{ type: 'thread.item.updated', item_id: 'wid_1', update }];
    };
    expect(types(await server.events(act('wid_1')))).toEqual(['stream_options', 'thread.item.updated']);
    expect(called).toEqual(['thr_1', { type: 'go', payload: { b: null } }, widget]);
    // An update is only shown; the application saves what must last.
    expect(await server.items('thr_1')).toEqual([widget]);
  });

  it('from an item that is no widget is one error, which cannot be retried', async () => {
    const server = await withItems(message('msg_a', 'a'));
    expect(await server.events(act('msg_a'))).toEqual([{ type: 'error', code: 'stream.error', allow_retry: false }]);
    const sync = inThread('threads.sync_custom_action', { item_id: 'msg_a', action: { type: 'go' } });
    await expect(server.process(sync, alice)).rejects.toMatchObject({ status: 400 });
  });

  it('without a handler is an error in the stream, and a refusal where there is no stream', async () => {
    const server = await withItems(widget);
    expect(types(await server.events(act()))).toEqual(['stream_options', 'error']);
    const sync = inThread('threads.sync_custom_action', { item_id: 'wid_1', action: { type: 'go' } });
    await expect(server.process(sync, alice)).rejects.toMatchObject({ code: 'not_configured' });
  });
});

describe('lists', () => {
  it('of threads come newest first, twenty at a time, without items and notes', async () => {
    const server = new ScriptedServer();
    for (let index = 0; index < 25; index++) {
      await server.store.saveThread(
        {
          id: `thr_${index}`,
          created_at: new Date(index * 1000).toISOString(),
          status: { type: 'active' },
          metadata: { secret: 1 },
        },
        alice,
      );
    }
    const first = await server.json({ type: 'threads.list', params: { limit: 0 } });
    expect(first).toMatchObject({ has_more: true, after: 'thr_5' });
    expect((first.data as { id: string }[]).map(({ id }) => id)).toHaveLength(20);
    expect((first.data as object[])[0]).toEqual({
      id: 'thr_24',
      created_at: '1970-01-01T00:00:24.000Z',
      status: { type: 'active' },
      metadata: {},
      items: { data: [], has_more: false },
    });
    const rest = await server.json({ type: 'threads.list', params: { after: 'thr_5' } });
    expect([(rest.data as object[]).length, rest.has_more, 'after' in rest]).toEqual([5, false, false]);
  });

  it('of items leave hidden ones out after paging, and a widget is as it was written', async () => {
    const first = message('msg_a', 'a');
    const secret: ThreadItem = {
      id: 'h',
      thread_id: 'thr_1',
      created_at: now(),
      type: 'hidden_context_item',
      content: 'secret',
    };
    // Made last: items are in the order of their times.
    const shown = { ...widget, created_at: now() };
    const server = await withItems(first, secret, shown);
    const page = await server.json(inThread('items.list', { limit: 2 }));
    expect(page).toEqual({ data: [shown], has_more: true, after: 'h' });
    const thread = await server.json(inThread('threads.get_by_id'));
    expect(thread.items).toMatchObject({ data: [{ id: 'msg_a' }, { id: 'wid_1' }], has_more: false });
  });
});

describe('attachments', () => {
  it('are created in two phases, used in a message, and keep the application’s notes to itself', async () => {
    const server = await withItems();
    const image = await server.json({
      type: 'attachments.create',
      params: { name: 'b.png', size: 20, mime_type: 'image/png' },
    });
    expect(image).toMatchObject({
      id: expect.stringMatching(/^atc_/),
      type: 'image',
      upload_descriptor: { method: 'PUT', url: `https://files.example/${image.id}` },
    });
    expect(image).not.toHaveProperty('metadata');
    const request = add('x');
    request.params.input.attachments = [image.id as string];
    const [said] = await server.events(request);
    expect(said).toMatchObject({ item: { attachments: [{ id: image.id, thread_id: 'thr_1' }] } });
    expect(JSON.stringify(said)).not.toContain('metadata');
    expect(JSON.stringify(await server.json(inThread('items.list')))).not.toContain('metadata');
    expect(await server.store.loadAttachment(image.id as string, alice)).toMatchObject({
      thread_id: 'thr_1',
      metadata: { size: 20 },
    });
  });

  it('are refused by a server without an attachment store', async () => {
    const server = new ScriptedServer();
    const request = { type: 'attachments.create', params: { name: 'a', size: 1, mime_type: 'a/b' } };
    await expect(server.process(request, alice)).rejects.toMatchObject({ code: 'not_configured' });
    const remove = { type: 'attachments.delete', params: { attachment_id: 'atc_1' } };
    await expect(server.process(remove, alice)).rejects.toMatchObject({ code: 'not_configured' });
  });
});

describe('threads', () => {
  it('are renamed and deleted', async () => {
    const server = await withItems(widget);
    expect(await server.json(inThread('threads.update', { title: 'new' }))).toMatchObject({
      title: 'new',
      items: { data: [] },
    });
    expect(await server.store.loadThread('thr_1', alice)).toMatchObject({ title: 'new' });
    expect(await server.json(inThread('threads.delete'))).toEqual({});
    await expect(server.process(inThread('threads.get_by_id'), alice)).rejects.toMatchObject({ status: 404 });
  });
});

describe('dictation', () => {
  it('is refused until it is built, and when it is not base64', async () => {
    const server = new ScriptedServer();
    const transcribe = (audio_base64: string) => ({
      type: 'input.transcribe',
      params: { audio_base64, mime_type: 'audio/webm;codecs=opus' },
    });
    await expect(server.process(transcribe('AAEC'), alice)).rejects.toMatchObject({ code: 'not_configured' });
    await expect(server.process(transcribe('%'), alice)).rejects.toMatchObject({ status: 400 });
  });
});
