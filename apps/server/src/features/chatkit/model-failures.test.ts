import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Step } from '../../../../../tools/model-server/server.ts';
import { readAnswer } from '../../../testing/answer.ts';
import { type ModelWorld, modelWorld } from './testing/model-world.ts';

/** The two ways to ask OpenAI's models and those like them, each with errors as it tells them in mid-stream. */
const apis = [
  {
    api: 'responses',
    error: 'event: error\ndata: {"type":"error","code":"server_error","message":"x","param":null}\n\n',
    refusal:
      'event: response.failed\n' +
      'data: {"type":"response.failed","response":{"id":"r","status":"failed","error":{"code":"invalid_prompt","message":"x"}}}\n\n',
  },
  {
    api: 'chat_completions',
    error: 'data: {"error":{"message":"x","type":"server_error","code":null}}\n\n',
    refusal: 'data: {"error":{"message":"x","type":"invalid_request_error","code":null}}\n\n',
  },
];

describe.each(apis)('over $api', ({ api, error, refusal }) => {
  let chat: ModelWorld;
  beforeAll(async () => {
    chat = await modelWorld((modelUrl) => ({
      OPENAI_BASE_URL: `${modelUrl}/v1`,
      MODEL_API: api,
      CHATKIT_AGENT_MODEL: 'openai/test',
      // Not so short that a busy machine could take a server for a silent one.
      MODEL_FIRST_BYTE_TIMEOUT: '5',
      MODEL_IDLE_TIMEOUT: '1',
    }));
    return chat.close;
  });
  afterEach(() => chat.model.verify());

  const half = ['Half of ', 'a sen'];
  const failures: [name: string, steps: Step[], retry: boolean, kept: string | null][] = [
    ['refuses the key (401)', [{ status: 401 }], true, null],
    ['does not know the model (404)', [{ status: 404 }], true, null],
    ['has too much to do (429)', [{ status: 429 }, { status: 429 }], true, null],
    ['is broken (500)', [{ status: 500 }, { status: 500 }], true, null],
    ['cuts its stream', [{ text: half, ending: 'cut' }], true, 'Half of a sen'],
    ['falls silent in mid-sentence', [{ text: half, ending: 'hang' }], true, 'Half of a sen'],
    ['ends without an end', [{ text: half, ending: 'end' }], true, 'Half of a sen'],
    ['breaks off right behind its words', [{ text: half, ending: 'reset' }], true, 'Half of a sen'],
    ['says behind its words that it failed', [{ text: half, tail: error }], true, 'Half of a sen'],
    ['says behind its words that it will not', [{ text: half, tail: refusal }], false, 'Half of a sen'],
    ['never answers', [{ silence: true }], true, null],
    ['sends garbage', [{ raw: '<html>not what you think</html>', contentType: 'text/html' }], true, null],
  ];

  it.each(failures)(
    'a model server that %s: an error event, the text kept, one line in the log',
    async (_, steps, retry, kept) => {
      chat.server.logged.length = 0;
      chat.script(...steps);
      const {
        events,
        error: told,
        thread,
      } = await chat.ann.ask('hello', undefined, {
        'x-request-id': 'request-of-this-test',
      });
      expect(told).toMatchObject({
        code: 'custom',
        allow_retry: retry,
        message: expect.stringMatching(/\w{3,}.*\./),
      });
      expect(told!.message).not.toMatch(/127\.0\.0\.1|http|stack|ECONN|undefined/);

      const data = await chat.ann.items(thread);
      const answers = data.filter((item) => item.type === 'assistant_message').map((item) => item.content[0]!.text);
      // All that came is told before the failure, also what came in one packet with it; and what was told is kept.
      expect(readAnswer(events.slice(0, events.indexOf(told!))).streamed).toBe(kept ?? '');
      expect(answers).toEqual(kept === null ? [] : [kept]);

      const warnings = chat.server.logged.map((line) => JSON.parse(line)).filter((line) => line.level === 'warn');
      expect(warnings).toHaveLength(1);
      expect(warnings[0].request_id).toBe('request-of-this-test');
      expect(JSON.stringify(warnings)).not.toContain('Half of');
    },
  );

  it('goes on after the next question, once the model is well again', async () => {
    const first = await chat.create('hello', { status: 401 });
    chat.script({ text: 'Here I am.' });
    expect((await chat.ann.ask('hello', first.thread)).answer).toBe('Here I am.');
  });
});
