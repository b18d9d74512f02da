import { expect, it } from 'vitest';
import { accumulateText } from './accumulate-text.ts';
import { type ModelEvent, message, newContext, responseDone, runAgent } from './agents.fixture.ts';

it('grows a component with the text of a run, and ends its streaming', async () => {
  const delta = (text: string) => ({ type: 'output_text_delta', delta: text }) as ModelEvent;
  const run = await runAgent(newContext(), [[delta('Hel'), delta('lo'), responseDone(message('Hello'))]]);
  const base = { type: 'Text' as const, id: 't', value: '', streaming: true };
  const states = [];
  for await (const state of accumulateText(run, base)) states.push(state);
  expect(states).toEqual([
    base,
    { ...base, value: 'Hel' },
    { ...base, value: 'Hello' },
    { ...base, value: 'Hello', streaming: false },
  ]);
});
