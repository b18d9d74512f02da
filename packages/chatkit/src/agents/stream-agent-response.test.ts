// Over 400 lines: one list of what a run may send.
import { InputGuardrailTripwireTriggered, ModelBehaviorError, type RunStreamEvent, tool } from '@openai/agents';
import { describe, expect, it } from 'vitest';
import type { Annotation } from '../protocol/sources.ts';
import { ChatKitServer } from '../server/chatkit-server.ts';
import { StreamingResult } from '../server/results.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { WidgetTemplate } from '../widgets/widget-template.ts';
import { AgentContext } from './agent-context.ts';
import {
  collect,
  type ModelEvent,
  message,
  newContext,
  outline,
  raw,
  responseDone,
  runAgent,
  runOf,
  thread,
} from './agents.fixture.ts';
import {
  type ContainerFileCitation,
  type FileCitation,
  ResponseStreamConverter,
  type UrlCitation,
} from './response-stream-converter.ts';
import { type ModelResponse, streamAgentResponse } from './stream-agent-response.ts';

const textOf = (text: string) => [{ annotations: [], text, type: 'output_text' }];
const messageAdded = (id = 'm') => raw('response.output_item.added', { item: { type: 'message', id, content: [] } });
const messageDone = (content: object[], id = 'm') =>
  raw('response.output_item.done', { item: { type: 'message', id, content } });
const partAdded = raw('response.content_part.added', {
  item_id: 'm',
  content_index: 0,
  part: { type: 'output_text', text: '', annotations: [] },
});
const textDelta = (delta: string, item_id = 'm') =>
  raw('response.output_text.delta', { item_id, content_index: 0, delta });

describe('Responses API events', () => {
  it('become a message; refusals are text, raw reasoning is left out', async () => {
    const events = await collect(
      newContext(),
      runOf([
        messageAdded(),
        partAdded,
        textDelta('Hi'),
        raw('response.output_text.done', { item_id: 'm', content_index: 0, text: 'Hi' }),
        raw('response.content_part.added', {
          item_id: 'm',
          content_index: 1,
          part: { type: 'reasoning_text', text: '?' },
        }),
        raw('response.content_part.added', {
          item_id: 'm',
          content_index: 1,
          part: { type: 'refusal', refusal: 'no' },
        }),
        raw('response.refusal.delta', { item_id: 'm', content_index: 1, delta: 'x' }),
        raw('response.something.new', {}),
        messageDone([
          { type: 'output_text', text: 'Hi' },
          { type: 'refusal', refusal: 'no' },
        ]),
      ]),
    );
    expect(outline(events)).toEqual([
      'added assistant_message m',
      'm content_part.added',
      'm content_part.text_delta Hi',
      'm content_part.done',
      'm content_part.added',
      'done assistant_message m',
    ]);
    expect(events.at(-1)).toMatchObject({ item: { content: [...textOf('Hi'), ...textOf('no')], thread_id: 'thr_1' } });
  });

  it('are understood from a server that announces nothing, and never give two items one id', async () => {
    const events = await collect(
      newContext(),
      runOf([
        textDelta('a', 'x'),
        messageDone([{ type: 'output_text', text: 'a' }], 'x'),
        raw('response.created'),
        textDelta('b', 'x'),
        messageDone([{ type: 'output_text', text: 'b' }], 'x'),
        raw('response.created'),
        messageDone([{ type: 'output_text', text: 'c' }], '__fake_id__'),
        messageDone([{ type: 'output_text', text: 'c' }], '__fake_id__'),
      ]),
    );
    expect(outline(events)).toEqual([
      'added assistant_message x',
      'x content_part.added',
      'x content_part.text_delta a',
      'done assistant_message x',
      'added assistant_message message_1',
      'message_1 content_part.added',
      'message_1 content_part.text_delta b',
      'done assistant_message message_1',
      'done assistant_message message_2',
    ]);
  });

  it('count annotations without gaps, and give them again when the message is done', async () => {
    const annotations = [
      { type: 'file_citation', file_id: 'f', filename: '', index: 1 },
      { type: 'file_citation', file_id: 'f', filename: 'a.txt', index: 2 },
      { type: 'file_path', file_id: 'f' },
      { type: 'container_file_citation', filename: 'b.csv', start_index: 1, end_index: 5 },
      { type: 'url_citation', url: 'https://a.example', title: 'A', start_index: 1, end_index: 7 },
      'nonsense',
    ];
    const expected: Annotation[] = [
      { type: 'annotation', source: { type: 'file', title: 'a.txt', filename: 'a.txt' }, index: 2 },
      { type: 'annotation', source: { type: 'file', title: 'b.csv', filename: 'b.csv' }, index: 5 },
      { type: 'annotation', source: { type: 'url', title: 'A', url: 'https://a.example' }, index: 7 },
    ];
    const events = await collect(
      newContext(),
      runOf([
        messageAdded(),
        partAdded,
        ...annotations.map((annotation, annotation_index) =>
          raw('response.output_text.annotation.added', {
            item_id: 'm',
            content_index: 0,
            annotation_index,
            annotation,
          }),
        ),
        messageDone([{ type: 'output_text', text: 'x', annotations }]),
      ]),
    );
    expect(events.slice(2, -1)).toEqual(
      expected.map((annotation, annotation_index) => ({
        type: 'thread.item.updated',
        item_id: 'm',
        update: {
          type: 'assistant_message.content_part.annotation_added',
          content_index: 0,
          annotation_index,
          annotation,
        },
      })),
    );
    expect(events.at(-1)).toMatchObject({ item: { content: [{ text: 'x', annotations: expected }] } });
  });

  it('go through the converter that was given', async () => {
    class Converter extends ResponseStreamConverter {
      override async base64ImageToUrl(id: string, base64: string, index?: number) {
        return `https://images.example/${id}/${base64}/${index ?? 'final'}`;
      }
      override urlCitationToAnnotation(citation: UrlCitation) {
        return super.urlCitationToAnnotation({ ...citation, title: 'mine' });
      }
    }
    const events = await collect(
      newContext(),
      runOf([
        raw('response.output_item.added', { item: { type: 'image_generation_call', id: 'ig' } }),
        ...[0, 1, 9].map((partial_image_index) =>
          raw('response.image_generation_call.partial_image', {
            item_id: 'ig',
            partial_image_b64: 'AA',
            partial_image_index,
          }),
        ),
        raw('response.output_item.done', { item: { type: 'image_generation_call', id: 'ig', result: 'BB' } }),
        messageDone([{ type: 'output_text', text: '', annotations: [{ type: 'url_citation', url: 'u', title: 't' }] }]),
      ]),
      { converter: new Converter({ partialImages: 3 }) },
    );
    const image = (path: string) => ({ id: 'ig', url: `https://images.example/ig/${path}` });
    expect(events[0]).toMatchObject({ item: { id: 'message_1', type: 'generated_image' } });
    expect(events[0]).not.toHaveProperty('item.image');
    expect(events.slice(1, 4)).toMatchObject([
      { item_id: 'message_1', update: { image: image('AA/0'), progress: 0 } },
      { update: { image: image('AA/1'), progress: 1 / 3 } },
      { update: { image: image('AA/9'), progress: 1 } },
    ]);
    expect(events[4]).toMatchObject({ type: 'thread.item.done', item: { id: 'message_1', image: image('BB/final') } });
    expect(events[5]).toMatchObject({ item: { content: [{ annotations: [{ source: { title: 'mine' } }] }] } });
  });
});

describe('reasoning', () => {
  const reasoning = raw('response.output_item.added', { item: { type: 'reasoning', id: 'r' } });
  const thought = (kind: 'delta' | 'done', value: string, summary_index = 0) =>
    raw(`response.reasoning_summary_text.${kind}`, {
      item_id: 'r',
      summary_index,
      ...(kind === 'delta' ? { delta: value } : { text: value }),
    });
  const task = (content: string) => JSON.stringify({ status_indicator: 'none', type: 'thought', content });

  it('streams the first thought, adds the later ones whole, and ends with the message', async () => {
    const context = newContext();
    const events = await collect(
      context,
      runOf([
        reasoning,
        thought('delta', 'A'),
        thought('delta', 'B'),
        thought('done', 'AB'),
        thought('delta', 'C', 1),
        messageAdded(),
        thought('done', 'CD', 1),
        textDelta('Hi'),
      ]),
    );
    // The message comes after the reasoning before its first word, whenever it was announced.
    expect(outline(events).slice(0, 7)).toEqual([
      'added workflow workflow_1',
      `workflow_1 task.added 0 ${task('A')}`,
      `workflow_1 task.updated 0 ${task('AB')}`,
      `workflow_1 task.updated 0 ${task('AB')}`,
      `workflow_1 task.added 1 ${task('CD')}`,
      'done workflow workflow_1',
      'added assistant_message m',
    ]);
    expect(events[0]).toMatchObject({ item: { workflow: { type: 'reasoning', tasks: [], expanded: false } } });
    expect(events[5]).toMatchObject({ item: { workflow: { summary: { duration: 0 }, expanded: false } } });
    expect(context.workflowItem).toBeUndefined();
  });

  it('goes on in the next turn when a client tool interrupted it, in one item', async () => {
    const first = newContext();
    const { store } = first;
    const call = { type: 'function_call', id: 'fc_1', callId: 'call_1', name: 'locate', arguments: '{}' };
    first.clientToolCall = { name: 'locate', arguments: { precise: true } };
    const events = await collect(
      first,
      runOf([
        reasoning,
        thought('done', 'where?'),
        {
          type: 'run_item_stream_event',
          name: 'tool_called',
          item: { type: 'tool_call_item', rawItem: call },
        } as unknown as RunStreamEvent,
        {
          type: 'run_item_stream_event',
          name: 'tool_called',
          item: { type: 'tool_call_item', rawItem: { ...call, id: 'fc_2', callId: 'call_2', name: 'other' } },
        } as unknown as RunStreamEvent,
      ]),
    );
    const done = events.at(-1);
    expect(done).toMatchObject({
      type: 'thread.item.done',
      item: {
        id: 'fc_1',
        call_id: 'call_1',
        type: 'client_tool_call',
        status: 'pending',
        name: 'locate',
        arguments: { precise: true },
      },
    });
    expect(outline(events)).not.toContain('done workflow workflow_1');
    await store.addThreadItem(thread.id, (done as Extract<typeof done, { item: object }>).item, {});

    const second = newContext();
    Object.assign(second, { store });
    const words = raw('response.output_text.delta', { item_id: 'm2', delta: 'Here.' });
    const going = await collect(second, runOf([thought('done', 'there'), messageAdded('m2'), words]));
    expect(outline(going).slice(0, 3)).toEqual([
      `workflow_1 task.added 1 ${task('there')}`,
      'done workflow workflow_1',
      'added assistant_message m2',
    ]);
  });
});

const noParameters = { type: 'object' as const, properties: {}, required: [], additionalProperties: true as const };

describe('models without the Responses API', () => {
  const chunk = (delta: object): ModelEvent =>
    ({ type: 'model', event: { object: 'chat.completion.chunk', choices: [{ index: 0, delta }] } }) as ModelEvent;
  const part = (fields: object): ModelEvent => ({ type: 'model', event: fields }) as ModelEvent;
  const text = (delta: string, itemId?: string): ModelEvent =>
    ({ type: 'output_text_delta', delta, ...(itemId ? { itemId } : {}) }) as ModelEvent;
  const call = (callId: string) => ({
    type: 'function_call',
    id: 'FAKE_ID',
    callId,
    name: 'look',
    arguments: '{}',
    status: 'completed',
  });
  const look = (execute: (context: AgentContext<object>) => unknown) =>
    tool<typeof noParameters, AgentContext<object>>({
      name: 'look',
      description: 'look',
      parameters: noParameters,
      strict: false,
      execute: async (_input: unknown, run?: { context: AgentContext<object> }) => {
        await execute(run!.context);
        return 'seen';
      },
    });

  it("stream from the SDK's own events, each message with an id of its own", async () => {
    const context = newContext();
    const run = await runAgent(
      context,
      [
        [text('Let me ', 'chatcmpl-1'), text('look.', 'chatcmpl-1'), responseDone(message('Let me look.'), call('c1'))],
        [text('Found.', 'chatcmpl-1'), responseDone(message('Found.'))],
      ],
      { tools: [look((tools) => tools.stream({ type: 'progress_update', text: 'looking' }))] },
    );
    const events = await collect(context, run);
    expect(outline(events)).toEqual([
      'added assistant_message message_1',
      'message_1 content_part.added',
      'message_1 content_part.text_delta Let me ',
      'message_1 content_part.text_delta look.',
      'done assistant_message message_1',
      'progress_update',
      'added assistant_message message_2',
      'message_2 content_part.added',
      'message_2 content_part.text_delta Found.',
      'done assistant_message message_2',
    ]);
    expect(events.at(-1)).toMatchObject({ item: { content: textOf('Found.') } });
  });

  it('show the reasoning of Chat Completions servers and of AI SDK models', async () => {
    const chat = newContext();
    const run = await runAgent(chat, [
      [
        chunk({ reasoning_content: 'hm' }),
        chunk({ reasoning_content: 'm' }),
        chunk({ content: 'Hi' }),
        text('Hi'),
        responseDone(
          { type: 'reasoning', content: [], rawContent: [{ type: 'reasoning_text', text: 'hmm' }] },
          message('Hi'),
        ),
      ],
    ]);
    const events = await collect(chat, run);
    expect(outline(events).map((line) => line.replace(/ \{.*/, ''))).toEqual([
      'added workflow workflow_1',
      'workflow_1 task.added 0',
      'workflow_1 task.updated 0',
      'done workflow workflow_1',
      'added assistant_message message_2',
      'message_2 content_part.added',
      'message_2 content_part.text_delta Hi',
      'done assistant_message message_2',
    ]);
    expect(events[3]).toMatchObject({ item: { workflow: { tasks: [{ content: 'hmm' }] } } });

    const ai = newContext();
    const aiRun = await runAgent(ai, [
      [
        part({ type: 'reasoning-start', id: '0' }),
        part({ type: 'reasoning-delta', id: '0', delta: 'one' }),
        part({ type: 'reasoning-end', id: '0' }),
        part({ type: 'reasoning-delta', id: '1', delta: 'two' }),
        part({ type: 'text-delta', id: 't', delta: 'A' }),
        text('A', 't'),
        part({ type: 'reasoning-delta', id: '2', delta: 'three' }),
        part({ type: 'text-delta', id: 't', delta: 'B' }),
        text('B', 't'),
        responseDone(message('A'), message('B')),
      ],
    ]);
    const done = (await collect(ai, aiRun))
      .filter((event) => event.type === 'thread.item.done')
      .map((event) => event.item);
    expect(done).toMatchObject([
      { type: 'workflow', workflow: { tasks: [{ content: 'one' }, { content: 'two' }] } },
      { type: 'assistant_message', content: textOf('A') },
      { type: 'workflow', workflow: { tasks: [{ content: 'three' }] } },
      { type: 'assistant_message', content: textOf('B') },
    ]);
  });

  it('show what was not streamed, once, with its reasoning and citations', async () => {
    const context = newContext();
    const citation = {
      type: 'url_citation',
      url_citation: { url: 'https://a.example', title: 'A', start_index: 0, end_index: 2 },
    };
    const run = await runAgent(context, [
      [
        responseDone(
          { type: 'reasoning', content: [{ type: 'input_text', text: 'quiet' }] },
          message('Hi', { providerData: { annotations: [citation] } }),
        ),
      ],
    ]);
    const events = await collect(context, run);
    expect(outline(events).filter((line) => line.startsWith('done'))).toEqual([
      'done workflow workflow_1',
      'done assistant_message message_2',
    ]);
    expect(events.at(-1)).toMatchObject({
      item: { content: [{ text: 'Hi', annotations: [{ index: 2, source: { url: 'https://a.example' } }] }] },
    });
  });

  it('give a client tool call an id of its own, and the call id of the model', async () => {
    const context = newContext();
    const run = await runAgent(context, [[responseDone(call('c9'))]], {
      tools: [
        look((tools) => {
          tools.clientToolCall = { name: 'look', arguments: {} };
        }),
      ],
      toolUseBehavior: { stopAtToolNames: ['look'] },
    });
    expect(await collect(context, run)).toMatchObject([
      { item: { id: 'tool_call_1', call_id: 'c9', type: 'client_tool_call' } },
    ]);
  });
});

describe('the run', () => {
  it('is merged with the events of the context, also before the first event of the model', async () => {
    const context = newContext();
    context.stream({ type: 'progress_update', text: 'first' });
    async function* run(): AsyncGenerator<RunStreamEvent> {
      await new Promise((resolve) => setTimeout(resolve));
      context.stream({ type: 'notice', level: 'info', message: 'second' });
      yield messageAdded();
      yield textDelta('third');
      await context.streamWidget({ type: 'Card', children: [] });
    }
    const seen = outline(await collect(context, run()));
    expect([...seen.slice(0, 3), seen.at(-1)]).toEqual([
      'progress_update',
      'notice',
      'added assistant_message m',
      'done widget message_1',
    ]);
  });

  it('gives everything before its error, then the error', async () => {
    const context = newContext();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const event of streamAgentResponse(
        context,
        runOf([messageAdded(), textDelta('par')], new Error('cut')),
      )) {
        seen.push(event.type);
      }
    })();
    await expect(reading).rejects.toThrow('cut');
    expect(seen).toHaveLength(3);
  });

  describe('that fails before its first event was read', () => {
    async function* halfOfIt(): AsyncGenerator<ModelEvent> {
      yield { type: 'response_started' };
      for (const delta of ['Half ', 'of ', 'it']) yield { type: 'output_text_delta', delta };
    }

    /** Runs the model. The store answers the reader's first query only after the run has ended. */
    async function readLate(model: () => AsyncIterable<ModelEvent>, agent: Parameters<typeof runAgent>[2] = {}) {
      const context = newContext();
      const over = Promise.withResolvers<void>();
      const { store } = context;
      const load = store.loadThreadItems.bind(store);
      store.loadThreadItems = async (...given) => {
        await over.promise;
        return load(...given);
      };
      const run = await runAgent(context, [model], agent);
      run.completed.catch(() => over.resolve());
      let text = '';
      try {
        for await (const event of streamAgentResponse(context, run)) {
          if (event.type === 'thread.item.updated' && 'delta' in event.update) text += event.update.delta;
        }
      } catch (error) {
        return { text, error };
      }
      throw new Error('It did not fail.');
    }

    it('is read to its end all the same, when the model fails', async () => {
      const error = new Error('cut');
      async function* model() {
        yield* halfOfIt();
        throw error;
      }
      expect(await readLate(model)).toEqual({ text: 'Half of it', error });
    });

    it('is read to its end all the same, when the model ends without an end', async () => {
      const { text, error } = await readLate(halfOfIt);
      expect(text).toBe('Half of it');
      expect(error).toBeInstanceOf(ModelBehaviorError);
    });

    it('is not shown when a guardrail tripped', async () => {
      const tripped = Promise.withResolvers<void>();
      const model = async function* () {
        yield* halfOfIt();
        await tripped.promise;
      };
      const execute = async () => {
        // Beside the model, which has sent its half in one turn of the loop.
        await new Promise(setImmediate);
        tripped.resolve();
        return { tripwireTriggered: true, outputInfo: null };
      };
      const { text, error } = await readLate(model, { inputGuardrails: [{ name: 'no', execute }] });
      expect(text).toBe('');
      expect(error).toBeInstanceOf(InputGuardrailTripwireTriggered);
    });
  });

  it('takes back all it has shown when a guardrail trips', async () => {
    const context = newContext();
    const tripped = new InputGuardrailTripwireTriggered('no', {} as never);
    const seen: string[] = [];
    const reading = (async () => {
      async function* run(): AsyncGenerator<RunStreamEvent> {
        yield messageAdded();
        yield raw('response.output_text.done', { item_id: 'm', content_index: 0, text: 'Said' });
        await context.streamWidget({ type: 'Card', children: [] });
        await new Promise((resolve) => setTimeout(resolve));
        throw tripped;
      }
      for await (const event of streamAgentResponse(context, run())) seen.push(...outline([event]));
    })();
    await expect(reading).rejects.toBe(tripped);
    expect(seen.filter((line) => /^(added|done|removed)/.test(line))).toEqual([
      'added assistant_message m',
      'done widget message_1',
      'removed m',
      'removed message_1',
    ]);
  });

  it.each(['return', 'abort'] as const)('is cancelled, with the silent call to the model, by %s', async (how) => {
    const controller = new AbortController();
    const context = newContext(how === 'abort' ? controller.signal : undefined);
    const aborted = Promise.withResolvers<void>();
    const run = await runAgent(context, [
      async function* (request) {
        yield { type: 'output_text_delta', delta: 'Hel' } as ModelEvent;
        request.signal?.addEventListener('abort', () => aborted.resolve());
        await aborted.promise;
      },
    ]);
    const stream = streamAgentResponse(context, run);
    for (let count = 0; count < 3; count++) await stream.next();
    const silent = stream.next();
    if (how === 'return') await stream.return!();
    else controller.abort();
    expect(await silent).toEqual({ value: undefined, done: true });
    await aborted.promise;
    expect(await stream.next()).toEqual({ value: undefined, done: true });
  });

  it('leaves its text in the thread when a person stops it in a ChatKitServer', async () => {
    const signals: AbortSignal[] = [];
    class Server extends ChatKitServer<object> {
      override async *respond(...[thread, , requestContext, { signal }]: Parameters<ChatKitServer<object>['respond']>) {
        const context = new AgentContext({ thread, store: this.store, requestContext, signal });
        const run = await runAgent(context, [
          async function* (request) {
            signals.push(request.signal!);
            yield { type: 'output_text_delta', delta: 'so far' } as ModelEvent;
            await new Promise((resolve) => request.signal?.addEventListener('abort', resolve));
          },
        ]);
        yield* streamAgentResponse(context, run);
      }
    }
    const store = new MemoryStore<object>();
    const input = { content: [{ type: 'input_text', text: 'x' }], attachments: [], inference_options: {} };
    const result = await new Server(store).process({ type: 'threads.create', params: { input } }, {});
    if (!(result instanceof StreamingResult)) throw new Error('not streaming');
    let threadId = '';
    for await (const event of result.events) {
      if (event.type === 'thread.created') threadId = event.thread.id;
      if (event.type === 'thread.item.updated' && 'delta' in event.update) break;
    }
    expect(signals.map((signal) => signal.aborted)).toEqual([true]);
    const { data } = await store.loadThreadItems(threadId, { limit: 9, order: 'asc' }, {});
    expect(data.map((item) => item.type)).toEqual(['user_message', 'assistant_message', 'sdk_hidden_context']);
    expect(data[1]).toMatchObject({ content: textOf('so far') });
  });
});

describe('what an application receives', () => {
  it('passes citations on with the fields that name the file and the position', async () => {
    const seen: object[] = [];
    class Listening extends ResponseStreamConverter {
      override fileCitationToAnnotation(citation: FileCitation) {
        seen.push(citation);
        return super.fileCitationToAnnotation(citation);
      }
      override containerFileCitationToAnnotation(citation: ContainerFileCitation) {
        seen.push(citation);
        return super.containerFileCitationToAnnotation(citation);
      }
      override urlCitationToAnnotation(citation: UrlCitation) {
        seen.push(citation);
        return super.urlCitationToAnnotation(citation);
      }
    }
    const citations = [
      { type: 'file_citation', file_id: 'file_1', filename: 'a.txt', index: 2 },
      {
        type: 'container_file_citation',
        container_id: 'cntr_1',
        file_id: 'cfile_1',
        filename: 'b.csv',
        start_index: 1,
        end_index: 5,
      },
      { type: 'url_citation', url: 'https://a.example', title: 'A', start_index: 0, end_index: 7 },
      { type: 'container_file_citation', container_id: 7, file_id: null, start_index: 'x' },
    ];
    const done = messageDone([{ type: 'output_text', text: 'x', annotations: citations }]);
    await collect(newContext(), runOf([messageAdded(), done]), { converter: new Listening() });
    expect(seen).toEqual([...citations.slice(0, 3), { type: 'container_file_citation' }]);
  });

  it('reports each whole response of the model, with its provider data', async () => {
    const context = newContext();
    const said = responseDone(message('Hi.')) as Extract<ModelEvent, { type: 'response_done' }>;
    said.response.providerData = { reason: 'length' };
    const responses: ModelResponse[] = [];
    await collect(context, await runAgent(context, [[said]]), { onResponse: (response) => responses.push(response) });
    expect(responses).toMatchObject([{ providerData: { reason: 'length' }, usage: { outputTokens: 1 } }]);
  });

  it('logs a tool that failed, by its name, while the answer goes on', async () => {
    const context = newContext();
    const template = WidgetTemplate.parse({
      version: '1.0',
      name: 'hello',
      template: '{"type":"Card","children":[],"status":{"text":"{{ who }}"}}',
    });
    const showCard = tool({
      name: 'show_card',
      description: 'Shows a card.',
      parameters: { type: 'object', properties: {}, required: [], additionalProperties: true },
      strict: false,
      execute: async () => {
        await context.streamWidget(template.build({}));
        return 'shown';
      },
    });
    const call = { type: 'function_call', id: 'fc_1', callId: 'c_1', name: 'show_card', arguments: '{}' };
    const scripts = [[responseDone(call)], [responseDone(message('Sorry.'))]];
    const run = await runAgent(context, scripts, { tools: [showCard] });
    const logged: [string, unknown][] = [];
    const events = await collect(context, run, { logger: { error: (line, details) => logged.push([line, details]) } });
    expect(logged).toEqual([
      ['The tool show_card failed', { tool: 'show_card', thread_id: thread.id, error: expect.stringContaining('who') }],
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'thread.item.done', item: { content: [{ text: 'Sorry.' }] } });
  });
});
