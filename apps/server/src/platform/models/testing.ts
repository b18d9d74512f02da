import type { Model, ModelRequest, StreamEvent } from '@openai/agents';
import { afterAll, afterEach, beforeEach } from 'vitest';
import { startModelServer } from '../../../../../tools/model-server/server.ts';
import { createOutbound } from '../outbound/index.ts';
import { createModels, type Models, type ModelsConfig, modelFailure } from './index.ts';

/** Takes the place of the offline model, which has its own tests. */
export const builtIn = { name: 'offline', open: () => Promise.reject(new Error('Nobody asks it.')) };

/** A model of each provider, the wire that it speaks, and what `forProvider` takes to open it. */
export const providers = [
  ['openai/scripted', 'responses', {}],
  ['scripted', 'responses', {}],
  ['openai/scripted', 'chat', { openai: { baseUrl: 'chat', api: 'chat_completions' } }],
  ['ollama/scripted', 'chat', {}],
  ['anthropic/claude-sonnet-4-5', 'anthropic', {}],
  ['google/gemini-2.5-flash', 'google', {}],
  ['mistral/mistral-medium-latest', 'chat', {}],
] as const;

/**
 * Starts a scripted server that plays every provider, for the whole test file. Each test sees its own requests only, and
 * fails if steps of its script are left over.
 */
export async function scriptedModels() {
  const server = await startModelServer();
  const outbound = createOutbound();
  afterAll(() => {
    outbound.close();
    return server.close();
  });
  beforeEach(() => {
    server.requests.length = 0;
  });
  afterEach(() => {
    server.verify();
  });
  const open = (more: Partial<ModelsConfig> = {}): Models => {
    const provider = { apiKey: 'key', baseUrl: `${server.url}/v1` };
    return createModels({
      outbound,
      openai: { ...provider, api: 'responses' },
      anthropic: provider,
      google: { apiKey: 'key', baseUrl: `${server.url}/v1beta` },
      mistral: provider,
      ollamaUrl: `${server.url}/v1`,
      retryDelayMs: 10,
      builtIn,
      ...more,
    });
  };
  /** Opens the models for a row of `providers`. */
  const forProvider = (more: object, limits: Partial<ModelsConfig> = {}): Models => {
    const chat = 'openai' in more ? { openai: { baseUrl: `${server.url}/v1`, api: 'chat_completions' as const } } : {};
    return open({ ...chat, ...limits });
  };
  return { server, outbound, open, forProvider };
}

/** A request with one tool, `get_weather`. */
export const modelRequest = (more: Partial<ModelRequest> = {}): ModelRequest => ({
  systemInstructions: 'Be brief.',
  input: [{ role: 'user', content: 'Hello' }],
  modelSettings: {},
  tools: [
    {
      type: 'function',
      name: 'get_weather',
      description: 'Weather',
      parameters: {
        type: 'object',
        properties: { city: { type: 'string' } },
        required: ['city'],
        additionalProperties: true,
      },
      strict: false,
    } as ModelRequest['tools'][number],
  ],
  outputType: 'text',
  handoffs: [],
  tracing: false,
  ...more,
});

/** Reads a whole answer. */
export async function readAnswer(model: Model, more: Partial<ModelRequest> = {}) {
  const events: StreamEvent[] = [];
  for await (const event of model.getStreamedResponse(modelRequest(more))) events.push(event);
  const text = events.map((event) => (event.type === 'output_text_delta' ? event.delta : '')).join('');
  const done = events.find((event) => event.type === 'response_done')!.response;
  return { text, output: done.output, usage: done.usage };
}

/** Reads an answer that fails: the text before the failure, and the failure. */
export async function readFailure(model: Model) {
  let said = '';
  try {
    for await (const event of model.getStreamedResponse(modelRequest())) {
      if (event.type === 'output_text_delta') said += event.delta;
    }
  } catch (error) {
    return { said, ...modelFailure(error) };
  }
  throw new Error('It did not fail.');
}

/** An event of a stream, as it goes over the wire. */
export const sse = (data: { type?: string; [key: string]: unknown }) =>
  `${data.type ? `event: ${data.type}\n` : ''}data: ${JSON.stringify(data)}\n\n`;

/** A step of a script: a whole reply with this status. */
export const replyWith = (status: number, body: unknown) => ({ status, body });
