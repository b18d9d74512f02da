import { MemoryStore, StreamingResult } from '@causerie/chatkit';
import { assistantMessage, functionCall, ScriptedModel } from '@openai/agents/testing';
import { expect, it } from 'vitest';
import { LocationServer } from './agent-with-client-tool.ts';
import { sightsWidget } from './widget-template.ts';

it('an agent asks the browser, and goes on with what it says', async () => {
  const model = new ScriptedModel([
    [functionCall('get_location', {}, { callId: 'call_1' })],
    [assistantMessage('You are in Lyon.')],
  ]);
  const server = new LocationServer(new MemoryStore(), model);
  const ask = async (type: string, params: object) => {
    const result = await server.process({ type, params }, {});
    const events = [];
    if (result instanceof StreamingResult) for await (const event of result.events) events.push(event);
    return events;
  };
  const input = { content: [{ type: 'input_text', text: 'Where am I?' }], attachments: [], inference_options: {} };
  const first = await ask('threads.create', { input });
  expect(first.at(-1)).toMatchObject({
    type: 'thread.item.done',
    item: { type: 'client_tool_call', call_id: 'call_1', name: 'get_location', status: 'pending' },
  });
  const thread_id = first[0]?.type === 'thread.created' ? first[0].thread.id : '';
  const second = await ask('threads.add_client_tool_output', { thread_id, result: { city: 'Lyon' } });
  expect(second.at(-1)).toMatchObject({ item: { type: 'assistant_message', content: [{ text: 'You are in Lyon.' }] } });
  expect(JSON.stringify(model.lastCall?.request.input)).toContain('Lyon');
});

it('a .widget file is filled with data', () => {
  const widget = sightsWidget('Lyon', [
    { name: 'Opéra', metres: 300 },
    { name: 'Place Bellecour', metres: 900, photo: 'https://a.example/p.jpg' },
  ]);
  expect(widget.children).toMatchObject([
    { type: 'Title', value: 'Near Lyon' },
    { key: 'Opéra', children: [{ value: 'Opéra' }, { value: '300 m' }] },
    { children: [{ type: 'Image', src: 'https://a.example/p.jpg' }, {}, { value: '900 m' }] },
  ]);
});
