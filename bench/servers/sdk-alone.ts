/**
 * The Agents SDK alone: reads a model server's streams and counts deltas. `node sdk-alone.ts <base URL>`; each line
 * `<width> <count>` on its input is a job, answered with a line of JSON.
 */
import { createInterface } from 'node:readline';
import { Agent, OpenAIProvider, Runner, setTracingDisabled } from '@openai/agents';

setTracingDisabled(true);
const runner = new Runner({
  tracingDisabled: true,
  modelProvider: new OpenAIProvider({ apiKey: 'none', baseURL: process.argv[2]!, useResponses: true }),
});
const agent = new Agent({ name: 'Bench', instructions: 'Be brief.', model: 'bench' });

async function stream(): Promise<number> {
  const run = await runner.run(agent, 'hello', { stream: true });
  let deltas = 0;
  for await (const event of run) {
    if (event.type === 'raw_model_stream_event' && event.data.type === 'output_text_delta') deltas++;
  }
  await run.completed;
  return deltas;
}

console.log(JSON.stringify({ ready: true }));
for await (const line of createInterface({ input: process.stdin })) {
  const [width, count] = line.split(' ').map(Number) as [number, number];
  const started = performance.now();
  let left = count;
  let events = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (left-- > 0) events += await stream();
    }),
  );
  console.log(JSON.stringify({ rate: (events / (performance.now() - started)) * 1000 }));
}
