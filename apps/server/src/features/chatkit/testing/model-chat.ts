import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import type { StreamEvent, ThreadItem } from '@causerie/chatkit';
import {
  type ModelServer,
  type RecordedRequest,
  type Step,
  startModelServer,
} from '../../../../../../tools/model-server/server.ts';
import { inputOf } from '../../../../testing/stream.ts';
import { type App, createApp } from '../../../app.ts';
import { loadConfig } from '../../../config.ts';
import { testDatabase } from '../../../platform/database/testing.ts';
import { createLog } from '../../../platform/telemetry/log.ts';

/** What came of one streamed request. */
export type Told = {
  events: StreamEvent[];
  thread: string;
  /** The text of the assistant's messages as they ended, and as their deltas added up. */
  answer: string;
  streamed: string;
  thoughts: string[];
  error: Extract<StreamEvent, { type: 'error' }> | undefined;
  notices: string[];
  calls: Extract<ThreadItem, { type: 'client_tool_call' }>[];
};

/** Somebody in a chat of a whole server, whose model is played by a script. */
export type ModelChat = {
  app: App;
  models: ModelServer;
  url: string;
  token: string;
  /** The server's log, as it was written. */
  lines: string[];
  /** An account beside the administrator's: its token. */
  register(email: string): Promise<string>;
  create(text: string, headers?: Record<string, string>): Promise<Told>;
  add(thread: string, text: string): Promise<Told>;
  toolOutput(thread: string, result: unknown): Promise<Told>;
  /** Presses what a widget offers. */
  act(thread: string, item: string, type: string): Promise<Told>;
  items(thread: string): Promise<ThreadItem[]>;
  title(thread: string): Promise<string | undefined>;
  close(): Promise<void>;
};

export const forTitle = (request: RecordedRequest): boolean => JSON.stringify(request.body).includes('Write a title');
export const forAnswer = (request: RecordedRequest): boolean => !forTitle(request);
const title: Step = { text: 'A title', when: forTitle };

/** Starts one with the settings given, and the first account, which is the administrator's. */
export async function startModelChat(
  settings: (modelUrl: string) => Record<string, string | undefined>,
): Promise<ModelChat> {
  // Loading it takes seconds on a machine that is busy, and a server that stands still so long refuses what comes next.
  await import('@openai/agents');
  const directory = mkdtempSync(path.join(tmpdir(), 'causerie-models-'));
  const database = await testDatabase();
  const models = await startModelServer({ always: title });
  const lines: string[] = [];
  const output = new PassThrough().on('data', (chunk) => lines.push(...String(chunk).trim().split('\n')));
  const config = loadConfig({ DATA_DIR: directory, ...settings(models.url) }, directory);
  const app = await createApp(config, { database, log: createLog('info', output) });
  await app.http.listen({ port: 0, host: '127.0.0.1' });
  const url = `http://127.0.0.1:${(app.http.server.address() as { port: number }).port}`;
  const register = async (email: string) => {
    const response = await fetch(`${url}/api/v1/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: 'a long enough password' }),
    });
    return ((await response.json()) as { access_token: string }).access_token;
  };
  const token = await register('ann@example.org');

  const post = (type: string, params: object, headers: Record<string, string> = {}) =>
    fetch(`${url}/api/chatkit`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
      body: JSON.stringify({ type, params }),
    });
  const stream = async (type: string, params: { thread_id?: string }, headers?: Record<string, string>) => {
    const text = await (await post(type, params, headers)).text();
    const events = [...text.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1]!) as StreamEvent);
    return tell(events, params.thread_id);
  };

  return {
    app,
    models,
    url,
    token,
    lines,
    register,
    create: (text, headers) => stream('threads.create', { input: inputOf(text) } as object, headers),
    add: (thread_id, text) => stream('threads.add_user_message', { thread_id, input: inputOf(text) } as object),
    toolOutput: (thread_id, result) => stream('threads.add_client_tool_output', { thread_id, result } as object),
    act: (thread_id, item_id, type) =>
      stream('threads.custom_action', { thread_id, item_id, action: { type } } as object),
    async items(thread_id) {
      const reply = await post('items.list', { thread_id, order: 'asc', limit: 100 });
      return ((await reply.json()) as { data: ThreadItem[] }).data;
    },
    async title(thread_id) {
      return ((await (await post('threads.get_by_id', { thread_id })).json()) as { title?: string }).title;
    },
    async close() {
      await app.close();
      await models.close();
      await database.close();
      rmSync(directory, { recursive: true });
    },
  };
}

function tell(events: StreamEvent[], known: string | undefined): Told {
  const done = events.flatMap((event) => (event.type === 'thread.item.done' ? [event.item] : []));
  const created = events.find((event) => event.type === 'thread.created');
  return {
    events,
    thread: created?.thread.id ?? known!,
    answer: done
      .flatMap((item) => (item.type === 'assistant_message' ? item.content.map((part) => part.text) : []))
      .join('|'),
    streamed: events
      .map((event) =>
        event.type === 'thread.item.updated' && event.update.type === 'assistant_message.content_part.text_delta'
          ? event.update.delta
          : '',
      )
      .join(''),
    thoughts: done.flatMap((item) =>
      item.type === 'workflow'
        ? item.workflow.tasks.flatMap((task) => (task.type === 'thought' ? [task.content] : []))
        : [],
    ),
    error: events.find((event) => event.type === 'error'),
    notices: events.flatMap((event) => (event.type === 'notice' ? [event.message] : [])),
    calls: done.filter((item) => item.type === 'client_tool_call'),
  };
}
