import {
  type AssistantMessageItem,
  ChatKitServer,
  MemoryStore,
  type StreamEvent,
  type StreamingResult,
  type ThreadItem,
  type ThreadMetadata,
  type UserMessageItem,
} from '@causerie/chatkit';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { type ModelServer, type RecordedRequest, startModelServer } from '../../../../../tools/model-server/server.ts';
import { createModels, type ModelsConfig } from '../../platform/models/index.ts';
import { createOutbound } from '../../platform/outbound/index.ts';
import { describeWeather } from '../weather/index.ts';
import { type Agents, type AgentsConfig, createAgents, offlineModel, type TurnUsage } from './index.ts';

let server: ModelServer;
const outbound = createOutbound();
let lines: object[];
let usages: TurnUsage[];

// One for each test: the request for a title, given up with its turn, may still arrive when the next test has begun.
beforeEach(async () => {
  server = await startModelServer();
  lines = [];
  usages = [];
});
afterEach(async () => {
  await server.close();
  server.verify();
});

afterAll(() => outbound.close());

class Chat extends ChatKitServer {
  readonly #agents: Agents;
  constructor(agents: Agents) {
    super(new MemoryStore(), undefined, { logger: { error: (text: string) => lines.push({ text }) } as never });
    this.#agents = agents;
  }
  override respond(
    thread: ThreadMetadata,
    input: UserMessageItem | undefined,
    context: unknown,
    { signal }: { signal?: AbortSignal },
  ) {
    return this.#agents.respond({
      thread,
      input,
      store: this.store,
      context,
      signal,
      language: 'en',
      onUsage: (usage) => usages.push(usage),
    });
  }
}

function chatWith(config: AgentsConfig = {}, more: Partial<ModelsConfig> = {}) {
  const models = createModels({
    outbound,
    openai: { apiKey: 'sk-test', baseUrl: `${server.url}/v1`, api: 'responses' },
    retryDelayMs: 10,
    builtIn: offlineModel({ paceMs: 0, describe: describeWeather }),
    ...more,
  });
  const log = { warn: (fields: object) => lines.push(fields), debug: () => {} };
  return new Chat(createAgents({ config: { model: 'openai/scripted', titleWaitMs: 15_000, ...config }, models, log }));
}

async function post(chat: Chat, body: object, signal?: AbortSignal, each?: (event: StreamEvent) => void) {
  const result = (await chat.process(body, {}, { signal })) as StreamingResult;
  const events: StreamEvent[] = [];
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of result as AsyncIterable<string | Uint8Array>) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const frames = rest.split('\n\n');
    rest = frames.pop()!;
    for (const frame of frames) {
      const event = JSON.parse(frame.slice('data: '.length)) as StreamEvent;
      events.push(event);
      each?.(event);
    }
  }
  return events;
}

const message = (text: string) => ({
  content: [{ type: 'input_text', text }],
  attachments: [],
  inference_options: {},
});
const ask = (chat: Chat, text: string, signal?: AbortSignal, each?: (event: StreamEvent) => void) =>
  post(chat, { type: 'threads.create', params: { input: message(text) } }, signal, each);
const add = (chat: Chat, thread_id: string, text: string) =>
  post(chat, { type: 'threads.add_user_message', params: { thread_id, input: message(text) } });
const toolOutput = (chat: Chat, thread_id: string, result: unknown) =>
  post(chat, { type: 'threads.add_client_tool_output', params: { thread_id, result } });

const threadOf = (events: StreamEvent[]) => {
  const created = events.find((event) => event.type === 'thread.created');
  return (created as { thread: { id: string } }).thread.id;
};
const itemsDone = (events: StreamEvent[]) =>
  events.filter((event) => event.type === 'thread.item.done').map((event) => event.item);
const answers = (items: ThreadItem[]) =>
  items
    .filter((item): item is AssistantMessageItem => item.type === 'assistant_message')
    .map((item) => item.content.map((part) => part.text).join(''));
const titles = (events: StreamEvent[]) =>
  events.filter((event) => event.type === 'thread.updated').map((event) => event.thread.title);
const errorOf = (events: StreamEvent[]) => events.find((event) => event.type === 'error');
const stored = async (chat: Chat, thread: string) =>
  (await chat.store.loadThreadItems(thread, { limit: 100, order: 'asc' }, {})).data;

const forTitle = (request: RecordedRequest) => JSON.stringify(request.body).includes('Write a title');
const forAnswer = (request: RecordedRequest) => !forTitle(request);
const title = { text: ['"A small', ' talk."'], when: forTitle };

const lyon = {
  city: 'Lyon',
  country: 'France',
  temperature: 8.4,
  wind_speed: 6,
  weather_code: 61,
  description: 'light rain',
  timezone: 'Europe/Paris',
  observed_at: '2026-11-20T12:15+01:00',
};

it('streams an answer, stores it, titles the thread and counts the tokens', async () => {
  const chat = chatWith();
  server.script(
    { text: ['Hel', 'lo ', 'there.'], usage: { input: 12, output: 3 }, when: forAnswer },
    { ...title, usage: { input: 40, output: 5 } },
  );
  const events = await ask(chat, 'Say hello');
  expect(answers(itemsDone(events))).toEqual(['Hello there.']);
  const deltas = events.flatMap((event) =>
    event.type === 'thread.item.updated' && event.update.type === 'assistant_message.content_part.text_delta'
      ? [event.update.delta]
      : [],
  );
  expect(deltas).toEqual(['Hel', 'lo ', 'there.']);
  expect(titles(events)).toEqual(['A small talk']);
  expect(usages).toEqual([{ model: 'openai/scripted', inputTokens: 52, outputTokens: 8, requests: 2 }]);
  expect(answers(await stored(chat, threadOf(events)))).toEqual(['Hello there.']);
  const asked = server.requests.find(forAnswer)!;
  expect(asked.body.instructions).toContain('get_weather');
  expect(asked.body.tools[0]).toMatchObject({ name: 'get_weather', parameters: { required: ['city'] } });
});

it('shows what the model thinks', async () => {
  const chat = chatWith();
  server.script({ reasoning: ['Hm', 'm.'], text: 'Yes.', when: forAnswer }, title);
  const items = itemsDone(await ask(chat, 'Really?'));
  const workflow = items.find((item) => item.type === 'workflow');
  expect(workflow).toMatchObject({ workflow: { type: 'reasoning', tasks: [{ type: 'thought', content: 'Hmm.' }] } });
  expect(answers(items)).toEqual(['Yes.']);
});

it('has the browser ask for the weather and goes on with what it says', async () => {
  const chat = chatWith();
  server.script({ calls: [{ name: 'get_weather', arguments: { city: 'Lyon', country: '' } }], when: forAnswer });
  const first = await ask(chat, 'Is it nice out there in that town?');
  const call = itemsDone(first).at(-1);
  expect(call).toMatchObject({
    type: 'client_tool_call',
    status: 'pending',
    name: 'get_weather',
    arguments: { city: 'Lyon' },
  });
  expect(errorOf(first)).toBeUndefined();
  // A title must not keep the browser from running the tool; it comes with the answer.
  expect(titles(first)).toEqual([]);
  expect(server.requests).toHaveLength(1);

  server.requests.length = 0;
  server.script({ text: 'Light rain.', when: forAnswer }, title);
  const second = await toolOutput(chat, threadOf(first), lyon);
  expect(answers(itemsDone(second))).toEqual(['Light rain.']);
  expect(titles(second)).toEqual(['A small talk']);
  const { input } = server.requests.find(forAnswer)!.body;
  const output = input.find((item: { type: string }) => item.type === 'function_call_output');
  expect(JSON.parse(output.output)).toMatchObject({ city: 'Lyon', temperature: 8.4 });
  expect(output.call_id).toBe((call as { call_id: string }).call_id);
});

it('lets the model mend a tool call without a city', async () => {
  const chat = chatWith();
  server.script(
    { calls: [{ name: 'get_weather', arguments: { town: 'Lyon' } }], when: forAnswer },
    { calls: [{ name: 'get_weather', arguments: { city: 'Lyon' } }], when: forAnswer },
  );
  const events = await ask(chat, 'Weather?');
  expect(itemsDone(events).at(-1)).toMatchObject({ type: 'client_tool_call', arguments: { city: 'Lyon' } });
  expect(usages).toMatchObject([{ requests: 2 }]);
});

it('stops a model that never comes to an answer', async () => {
  const chat = chatWith({ maxTurns: 2 });
  const loop = { calls: [{ name: 'get_weather', arguments: {} }], when: forAnswer };
  server.script(loop, loop);
  const events = await ask(chat, 'Weather?');
  expect(errorOf(events)).toMatchObject({ code: 'custom', message: expect.stringContaining('too many steps') });
});

it.each([
  ['a wrong key', { status: 401 }, true, 'key'],
  ['no permission', { status: 403 }, true, 'key'],
  ['an unknown model', { status: 404 }, true, 'cannot be found'],
  [
    'too long a conversation',
    { status: 400, body: { error: { code: 'context_length_exceeded', message: 'x' } } },
    false,
    'too long',
  ],
  [
    'no credit',
    { status: 429, headers: { 'retry-after': '99' }, body: { error: { code: 'insufficient_quota' } } },
    true,
    'credit',
  ],
  ['too many requests', { status: 429, headers: { 'retry-after': '99' } }, true, 'too many requests'],
  ['silence', { silence: true as const }, true, 'too long'],
  ['a closed connection', { drop: true as const }, true, 'broke off'],
  ['a web page', { raw: '<html>Sign in to the Wi-Fi</html>', contentType: 'text/html' }, true, 'could not be read'],
  ['what is no JSON', { raw: 'data: {"type":"response.crea\n\n' }, true, 'could not be read'],
  ['nothing', { raw: '' }, true, 'broke off'],
  ['ten megabytes in a line', { raw: `data: ${'x'.repeat(10_000_000)}\n\n` }, true, 'could not be read'],
  [
    'an error in the stream',
    { raw: 'event: error\ndata: {"type":"error","code":"server_error","message":"secret"}\n\n' },
    true,
    'problem',
  ],
])('tells the person of %s', async (_, step, allow_retry, words) => {
  const chat = chatWith({}, 'silence' in step ? { firstByteTimeoutMs: 400 } : {});
  server.script(step);
  const events = await ask(chat, 'Hello you');
  const error = errorOf(events);
  expect(error).toMatchObject({ type: 'error', code: 'custom', allow_retry });
  expect((error as { message: string }).message).toContain(words);
  expect(JSON.stringify(error)).not.toMatch(/secret|status|sk-test|127\.0\.0\.1/);
  expect(events.at(-1)).toBe(error);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ model: 'openai/scripted', thread_id: threadOf(events) });
  expect(JSON.stringify(lines)).not.toContain('Hello you');
});

it('an empty answer is paid for as well', async () => {
  const chat = chatWith();
  server.script({ text: [], usage: { input: 12, output: 0 }, when: forAnswer });
  expect(errorOf(await ask(chat, 'Hello you'))).toMatchObject({ message: expect.stringContaining('gave no answer') });
  expect(usages).toEqual([{ model: 'openai/scripted', inputTokens: 12, outputTokens: 0, requests: 1 }]);
});

it.each([500, 503, 429])('asks once more after a %i before the first byte', async (status) => {
  const chat = chatWith();
  server.script({ status, when: forAnswer }, { text: 'Here.', when: forAnswer }, title);
  expect(answers(itemsDone(await ask(chat, 'Hello you')))).toEqual(['Here.']);
});

it('gives up after the second 500', async () => {
  const chat = chatWith();
  server.script({ status: 500 }, { status: 500 });
  expect(errorOf(await ask(chat, 'Hello you'))).toMatchObject({ allow_retry: true });
});

it.each(['cut', 'hang', 'end'] as const)('keeps the text of a stream that breaks off (%s)', async (ending) => {
  const chat = chatWith({}, { idleTimeoutMs: 400 });
  server.script({ text: ['Once upon', ' a time'], ending, when: forAnswer }, { ...title, optional: true });
  const events = await ask(chat, 'Tell me a story');
  expect(errorOf(events)).toMatchObject({ code: 'custom', allow_retry: true });
  expect(answers(itemsDone(events))).toEqual(['Once upon a time']);
  expect(answers(await stored(chat, threadOf(events)))).toEqual(['Once upon a time']);
  // No replay: what was shown would be said twice.
  expect(server.requests.filter(forAnswer)).toHaveLength(1);
});

it('says so when nobody listens at the model’s address', async () => {
  const chat = chatWith({}, { openai: { apiKey: 'x', baseUrl: 'http://127.0.0.1:1/v1' } });
  expect(errorOf(await ask(chat, 'Hello you'))).toMatchObject({
    allow_retry: true,
    message: expect.stringContaining('cannot be reached'),
  });
});

it('says so when the model has no key', async () => {
  const chat = chatWith({ model: 'anthropic/claude' });
  expect(errorOf(await ask(chat, 'Hello you'))).toMatchObject({
    allow_retry: true,
    message: expect.stringContaining('No model is set up'),
  });
});

it('stops the model when the person stops', async () => {
  const chat = chatWith();
  server.script({ text: Array(500).fill('word '), paceMs: 5, when: forAnswer }, { ...title, optional: true });
  const stop = new AbortController();
  let deltas = 0;
  const events = await ask(chat, 'Go on and on', stop.signal, (event) => {
    if (event.type === 'thread.item.updated' && ++deltas === 5) stop.abort();
  });
  expect(errorOf(events)).toBeUndefined();
  expect(await server.requests.find(forAnswer)!.aborted).toBe(true);
  expect(lines).toEqual([]);
});

it('puts characters together that the network took apart', async () => {
  const chat = chatWith();
  const text = ['L’été ', 'à Besançon ☀️', ' 日本 👩‍👩‍👧'];
  server.script({ text, pieceBytes: 7, when: forAnswer }, title);
  expect(answers(itemsDone(await ask(chat, 'Bonjour à vous')))).toEqual([text.join('')]);
});

it('sends a model the end of a long thread only', async () => {
  const chat = chatWith({ historyItems: 4, historyTokens: 100_000 });
  server.script({ text: 'Answer 0.', when: forAnswer }, title);
  const thread = threadOf(await ask(chat, 'Question 0'));
  for (let index = 1; index < 4; index++) {
    server.script({ text: `Answer ${index}.` });
    await add(chat, thread, `Question ${index}`);
  }
  const { input } = server.requests.at(-1)!.body;
  const said = JSON.stringify(input);
  expect(said).toContain('Question 3');
  expect(said).toContain('Question 2');
  expect(said).not.toContain('Question 1');
  // Not an answer without its question.
  expect(said).not.toContain('Answer 1');
});

it('sends a model no more tokens than allowed, but always the last message, or its beginning', async () => {
  const chat = chatWith({ historyTokens: 200, newestTokens: 1000 });
  server.script({ text: 'One.', when: forAnswer }, title);
  const thread = threadOf(await ask(chat, `Early ${'x'.repeat(400)}`));
  server.script({ text: 'Two.' });
  await add(chat, thread, `Late ${'y'.repeat(2_000)}`);
  const said = JSON.stringify(server.requests.at(-1)!.body.input);
  expect(said).toContain(`Late ${'y'.repeat(2_000)}`);
  expect(said).not.toContain('Early');
  server.script({ text: 'Three.' });
  await add(chat, thread, `Long ${'日'.repeat(2_000)}`);
  const cut = JSON.stringify(server.requests.at(-1)!.body.input);
  // A thousand tokens are three thousand bytes, of which each of these takes three.
  expect(cut.match(/日+/)![0].length).toBeLessThan(1000);
  expect(cut).toMatch(/日\\n\[Cut off here: 1\d{3} characters more\.\]/);
  expect(cut).not.toContain('Late');
});

it('titles by rules when the model’s title is late or fails', async () => {
  const late = chatWith({ titleWaitMs: 30 });
  server.script({ text: 'Yes.', when: forAnswer }, { text: 'Late', delayMs: 200, when: forTitle });
  expect(titles(await ask(late, 'is water wet?'))).toEqual(['Is water wet?']);
  const failing = chatWith();
  server.script({ text: 'Yes.', when: forAnswer }, { status: 400, when: forTitle });
  expect(titles(await ask(failing, 'is water wet?'))).toEqual(['Is water wet?']);
});

it('without a model: the guide asks for the weather and tells it', async () => {
  const chat = chatWith({ model: 'offline' });
  const first = await ask(chat, 'Quel temps fait-il à Lyon ?');
  expect(itemsDone(first).at(-1)).toMatchObject({ name: 'get_weather', arguments: { city: 'Lyon' } });
  expect(titles(first)).toEqual(['Météo à Lyon']);
  const thread = threadOf(first);
  const second = await toolOutput(chat, thread, lyon);
  expect(answers(itemsDone(second))).toEqual([
    'À **Lyon, France**, il fait actuellement **8,4 °C**, pluie faible, avec un vent de 6 km/h. Relevé à 12:15, heure locale (Europe/Paris).',
  ]);
  const third = await add(chat, thread, 'et à Rome demain ?');
  expect(itemsDone(third).at(-1)).toMatchObject({ name: 'get_weather', arguments: { city: 'Rome' } });
  const fourth = await toolOutput(chat, thread, { error: { code: 'city_unknown' } });
  expect(answers(itemsDone(fourth))[0]).toContain('Je ne connais pas de ville appelée «\u00a0Rome\u00a0»');
  expect(server.requests).toEqual([]);
});

it.each([
  { error: 'No city of that name is known.', code: 'city_unknown' },
  { error: 'No city of that name is known.' },
  'Error: 404',
])('without a model: a city is not known when the browser sends %j', async (output) => {
  const chat = chatWith({ model: 'offline' });
  const thread = threadOf(await ask(chat, 'What is the weather in Atlantis?'));
  expect(answers(itemsDone(await toolOutput(chat, thread, output)))[0]).toContain(
    'do not know a city called “Atlantis”',
  );
});

it.each([null, 'oops', { error: 'Failed to fetch' }, 42, []])(
  'without a model: says that the weather failed when the browser sends %j',
  async (output) => {
    const chat = chatWith({ model: 'offline' });
    const thread = threadOf(await ask(chat, 'What is the weather in Oslo?'));
    expect(answers(itemsDone(await toolOutput(chat, thread, output)))[0]).toContain(
      'could not get the weather in Oslo',
    );
  },
);

it('without a model: never pretends', async () => {
  const chat = chatWith({ model: 'offline' });
  const events = await ask(chat, 'Explain quantum entanglement');
  expect(answers(itemsDone(events))[0]).toMatch(/no language model is set up.*OPENAI_API_KEY/);
  expect(titles(events)).toEqual(['Explain quantum entanglement']);
  expect(usages).toEqual([{ model: 'offline', inputTokens: 0, outputTokens: 0, requests: 1 }]);
});

it.each([
  ['What happens to the answer if I close the laptop?', 'the answer goes on on the server'],
  ['Que devient la réponse si je ferme l’ordinateur ?', 'la réponse continue sur le serveur'],
  ['¿Qué pasa con la respuesta si cierro el portátil?', 'la respuesta sigue en el servidor'],
])(
  'without a model: what no rule knows is found in the user guide, and said in its language: %s',
  async (asked, said) => {
    const chat = chatWith({ model: 'offline' });
    expect(answers(itemsDone(await ask(chat, asked)))[0]).toContain(said);
  },
);

it('without a model: stops in mid-sentence', async () => {
  const chat = chatWith({ model: 'offline' }, { builtIn: offlineModel({ paceMs: 5 }) });
  const stop = new AbortController();
  const events = await ask(chat, 'Explain quantum entanglement', stop.signal, (event) => {
    if (JSON.stringify(event).includes('text_delta')) stop.abort();
  });
  expect(errorOf(events)).toBeUndefined();
  const kept = answers(await stored(chat, threadOf(events)));
  expect(kept[0]).toMatch(/^I /);
  expect(kept[0]!.length).toBeLessThan(60);
});
