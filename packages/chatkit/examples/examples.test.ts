import type { AddressInfo } from 'node:net';
import {
  type ChatKitServer,
  MemoryStore,
  NonStreamingResult,
  type StreamEvent,
  StreamingResult,
  type WidgetItem,
} from '@causerie/chatkit';
import { applyEvent, emptyReplay } from '@causerie/chatkit/replay';
import { storeConformance } from '@causerie/chatkit/testing';
import { describe, expect, it } from 'vitest';
import { LocatingServer } from './client-tool.ts';
import { httpServer } from './minimal-server.ts';
import { ArrayStore } from './own-store.ts';
import { InvitingServer } from './widget-with-action.ts';

const create = (text: string) => ({
  type: 'threads.create',
  params: { input: { content: [{ type: 'input_text', text }], attachments: [], inference_options: {} } },
});

async function events(server: ChatKitServer, request: object): Promise<StreamEvent[]> {
  const result = await server.process(request, undefined);
  if (!(result instanceof StreamingResult)) throw new Error('a stream was expected');
  const all: StreamEvent[] = [];
  for await (const event of result.events) all.push(event);
  return all;
}

describe('the minimal server', () => {
  it('answers over HTTP', async () => {
    await new Promise<void>((resolve) => httpServer.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(httpServer.address() as AddressInfo).port}/`;
      const response = await fetch(url, { method: 'POST', body: JSON.stringify(create('hello')) });
      const frames = (await response.text()).trimEnd().split('\n\n');
      const state = frames.map((frame) => JSON.parse(frame.slice('data: '.length))).reduce(applyEvent, emptyReplay);
      expect(state.thread?.title).toBe('hello');
      expect(state.items.at(-1)).toMatchObject({ content: [{ text: 'You said: hello' }] });
    } finally {
      await new Promise((resolve) => httpServer.close(resolve));
    }
  });
});

describe('the store of one’s own', () => {
  storeConformance({ describe, it }, () => ({
    store: new ArrayStore(),
    alice: { userId: 'alice' },
    bob: { userId: 'bob' },
  }));
});

describe('the widget with an action', () => {
  it('streams in, and changes for good when its button is pressed', async () => {
    const server = new InvitingServer(new MemoryStore());
    const shown = (await events(server, create('x'))).reduce(applyEvent, emptyReplay);
    const item = shown.items.at(-1) as WidgetItem;
    expect(item).toMatchObject({ widget: { children: [{ value: 'Shall we meet on Friday?' }, {}] } });
    const pressed = await events(server, {
      type: 'threads.custom_action',
      params: { thread_id: item.thread_id, item_id: item.id, action: { type: 'accept', payload: { day: 'Friday' } } },
    });
    const seen = pressed.reduce(applyEvent, shown).items.at(-1);
    expect(seen).toMatchObject({ widget: { children: [{ value: 'See you on Friday.' }] } });
    expect(await server.store.loadItem(item.thread_id, item.id, undefined)).toEqual(seen);
  });
});

describe('the client tool', () => {
  it('stops the answer, and its output resumes it', async () => {
    const server = new LocatingServer(new MemoryStore());
    const [created, , , call] = await events(server, create('Where am I?'));
    expect(call).toMatchObject({ item: { type: 'client_tool_call', status: 'pending', name: 'get_place' } });
    const thread_id = (created as Extract<StreamEvent, { type: 'thread.created' }>).thread.id;
    const rest = await events(server, {
      type: 'threads.add_client_tool_output',
      params: { thread_id, result: { place: 'Paris' } },
    });
    expect(rest.at(-1)).toMatchObject({ item: { content: [{ text: 'You are in Paris.' }] } });
    const list = await server.process({ type: 'items.list', params: { thread_id } }, undefined);
    expect(list).toBeInstanceOf(NonStreamingResult);
  });
});
