import { expect, it } from 'vitest';
import type { JsonObject } from '../wire/event-stream.ts';
import { mendEvents } from './mend-events.ts';

const message = (text: string) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [] }],
});
const added = { type: 'response.output_item.added', output_index: 0, item: { ...message(''), content: [] } };
const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
const part = {
  type: 'response.content_part.added',
  ...at,
  part: { type: 'output_text', text: '', annotations: [] },
};
const deltas = (...pieces: string[]) => pieces.map((delta) => ({ type: 'response.output_text.delta', ...at, delta }));
const done = (text: string) => ({ type: 'response.output_item.done', output_index: 0, item: message(text) });
const completed = (...output: unknown[]) => ({
  type: 'response.completed',
  response: { id: 'resp_1', status: 'completed', output, usage: {} },
});

async function mend(events: unknown[], { whole = false, done: saidDone = false, used = [] as string[] } = {}) {
  async function* batches() {
    yield structuredClone(events) as JsonObject[];
  }
  const mended: JsonObject[] = [];
  let failure: unknown;
  try {
    for await (const event of mendEvents({ batches: batches(), whole, saidDone: () => saidDone }, new Set(used))) {
      mended.push(event);
    }
  } catch (error) {
    failure = error;
  }
  const last = mended.at(-1);
  return {
    types: mended.map(({ type }) => String(type).replace('response.', '')),
    text: mended.map(({ type, delta }) => (type === 'response.output_text.delta' ? delta : '')).join(''),
    thought: mended.map(({ type, delta }) => (type === 'response.reasoning_summary_text.delta' ? delta : '')).join(''),
    output: last?.response?.output as JsonObject[] | undefined,
    notes: last?.notes as unknown,
    failure,
  };
}

it('what is as it should be stays as it is', async () => {
  const events = [added, part, ...deltas('Once ', 'upon'), done('Once upon'), completed(message('Once upon'))];
  const { types, text, output, failure } = await mend(events);
  expect(failure).toBeUndefined();
  expect(types).toEqual(events.map(({ type }) => type.replace('response.', '')));
  expect(text).toBe('Once upon');
  expect(output).toEqual([message('Once upon')]);
});

it('a thought in the text is a reasoning before the words of the message', async () => {
  const text = '<think>Hm.</think>\n\nYes.';
  const events = [
    added,
    part,
    ...deltas('<thi', 'nk>Hm', '.</think>\n', '\nYes.'),
    done(text),
    completed(message(text)),
  ];
  const mended = await mend(events);
  expect(mended).toMatchObject({ text: 'Yes.', thought: 'Hm.', output: [message('Yes.')] });
  expect(mended.types).toEqual([
    'output_item.added',
    'content_part.added',
    'output_item.added',
    'reasoning_summary_text.delta',
    'reasoning_summary_text.delta',
    'reasoning_summary_text.done',
    'output_text.delta',
    'output_item.done',
    'completed',
  ]);
});

it('a refusal is said like everything else', async () => {
  const refusal = { ...message(''), content: [{ type: 'refusal', refusal: 'I cannot.' }] };
  const events = [
    added,
    { ...part, part: { type: 'refusal', refusal: '' } },
    { type: 'response.refusal.delta', ...at, delta: 'I cannot.' },
    { type: 'response.refusal.done', ...at, refusal: 'I cannot.' },
    { type: 'response.output_item.done', output_index: 0, item: refusal },
    completed(refusal),
  ];
  const mended = await mend(events);
  expect(mended).toMatchObject({
    text: 'I cannot.',
    output: [{ content: [{ type: 'output_text', text: 'I cannot.' }] }],
  });
});

it.each([
  ['max_output_tokens', 'length'],
  ['content_filter', 'filter'],
])('an answer that is incomplete for %s is complete, and noted', async (reason, ending) => {
  const response = { ...completed(message('Half')).response, status: 'incomplete', incomplete_details: { reason } };
  const { types, notes } = await mend([added, ...deltas('Half'), { type: 'response.incomplete', response }]);
  expect(types.at(-1)).toBe('completed');
  expect(notes).toEqual({ ending });
});

it('an answer whose last event says nothing of it is what was streamed', async () => {
  const call = { id: 'fc_1', type: 'function_call', call_id: 'a', name: 'f', arguments: '{}' };
  const called = { type: 'response.output_item.done', output_index: 1, item: call };
  const mended = await mend([added, ...deltas('Yes.'), called, completed()]);
  expect(mended.output).toEqual([message('Yes.'), call]);
  // And the message, which nobody ended, is.
  expect(mended.types.filter((type) => type === 'output_item.done')).toHaveLength(2);
  expect((await mend([added, ...deltas('Yes.'), completed({ ...message(''), content: [] })])).output).toEqual([
    message('Yes.'),
  ]);
});

it('[DONE] ends an answer; nothing does not', async () => {
  const events = [added, ...deltas('Yes.')];
  expect(await mend(events, { done: true })).toMatchObject({ output: [message('Yes.')], failure: undefined });
  expect(await mend(events)).toMatchObject({ text: 'Yes.', failure: { kind: 'cut' } });
});

it('half a tag is said before the failure behind it', async () => {
  expect(await mend([added, ...deltas('<th')])).toMatchObject({ text: '<th', failure: { kind: 'cut' } });
  const failed = { type: 'response.failed', response: { status: 'failed', error: { code: 'server_error' } } };
  expect(await mend([added, ...deltas('<th'), failed])).toMatchObject({
    text: '<th',
    failure: { code: 'server_error' },
  });
});

it('one document is told as the events it stands for', async () => {
  const reasoning = { id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] };
  const { response } = completed(reasoning, message('Yes.'));
  const { types, output } = await mend([{ ...response, object: 'response' }], { whole: true });
  expect(types).toEqual([
    'created',
    'output_item.added',
    'reasoning_summary_text.done',
    'output_item.done',
    'output_item.done',
    'completed',
  ]);
  expect(output).toEqual([reasoning, message('Yes.')]);
});

it('calls have ids of their own, the same in every event', async () => {
  const call = (output_index: number, call_id: unknown) => ({
    type: 'response.output_item.done',
    output_index,
    item: { id: `fc_${output_index}`, type: 'function_call', call_id, name: 'f', arguments: '{}' },
  });
  const events = [call(0, ''), call(1, 'taken'), call(2, 'twice'), call(3, 'twice'), call(4, 'good')];
  const { output } = await mend([...events, completed(...events.map(({ item }) => item))], { used: ['taken'] });
  const ids = output!.map(({ call_id }) => call_id);
  expect(new Set(ids).size).toBe(5);
  expect(ids.slice(2)).toEqual(['twice', expect.stringMatching(/^call_/), 'good']);
  expect(ids).not.toContain('taken');
});

it('deltas that are no words are none', async () => {
  const odd = [null, 5, { a: 1 }, undefined].flatMap((delta) => [
    { type: 'response.output_text.delta', ...at, delta },
    { type: 'response.refusal.delta', ...at, delta },
    { type: 'response.reasoning_summary_text.delta', ...at, delta },
  ]);
  const events = [added, part, ...odd, ...deltas('Once '), ...odd, ...deltas('upon'), ...odd, completed()];
  const { text, thought, output, failure } = await mend(events);
  expect([text, thought, failure]).toEqual(['Once upon', '', undefined]);
  expect(output).toMatchObject([{ content: [{ text: 'Once upon' }] }]);
});

it.each([
  ['in its place', completed(null)],
  ['before it', completed(null, message('Once upon'))],
  ['behind it', completed(message('Once upon'), null, 5, 'x', [], { type: 'message', content: 'x' })],
  ['of calls without a name', completed(message('Once upon'), { type: 'function_call' })],
  ['for all of it', { type: 'response.completed', response: 'done' }],
])('an answer that was said stays whole beside junk %s', async (_, last) => {
  const { output, failure } = await mend([added, part, ...deltas('Once ', 'upon'), last]);
  expect(failure).toBeUndefined();
  expect(output).toMatchObject([{ type: 'message', content: [{ text: 'Once upon' }] }]);
});

it('junk in a document is dropped', async () => {
  const { response } = completed(null, 5, message('Once upon'));
  const { output, failure } = await mend([response], { whole: true });
  expect(failure).toBeUndefined();
  expect(output).toEqual([message('Once upon')]);
});
