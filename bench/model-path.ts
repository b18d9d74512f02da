import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { eventsPerSecond, median, readStream, type StreamCount, startServer } from './load.ts';
import { signUp } from './sign-up.ts';

const rounds = 5;
// From an empty message no title is made, so the model is asked once a turn on both sides.
const body = JSON.stringify({
  type: 'threads.create',
  params: { input: { content: [{ type: 'input_text', text: '' }], attachments: [], inference_options: {} } },
});

/** The whole server answering through the Agents SDK and a model server over HTTP, beside the SDK alone reading it. */
export async function benchModelPath(print: (line: string) => void): Promise<void> {
  const data = mkdtempSync(path.join(tmpdir(), 'causerie-bench-'));
  const model = await startServer('bench/servers/model.ts', ['1000']);
  const server = await startServer('bench/servers/causerie.ts', [data], agentsOn(model.ready.url));
  const alone = await startServer('bench/servers/sdk-alone.ts', [`${model.ready.url}/v1`]);
  try {
    const port = Number(server.ready.port);
    const headers = { authorization: `Bearer ${await signUp(port)}` };
    const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
    const answers = createInterface({ input: alone.process.stdout! });
    const sdk = async (width: number, count: number): Promise<number> => {
      const line = once(answers, 'line');
      alone.process.stdin!.write(`${width} ${count}\n`);
      return (JSON.parse((await line)[0]) as { rate: number }).rate;
    };
    for (const width of [1, 8]) {
      const count = width === 1 ? 20 : 48;
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let round = -1; round < rounds; round++) {
        const { rate } = await eventsPerSecond(width, count, () =>
          readStream({ port, path: '/api/chatkit', body, headers, agent }),
        );
        const bare = await sdk(width, count);
        if (round < 0) continue; // Warm-up.
        ours.push(rate);
        theirs.push(bare);
      }
      print(
        `model path ×${width}: ${Math.round(median(ours))} events/s; ${(median(ours) / median(theirs)).toFixed(2)} of the Agents SDK alone ` +
          `(goal ≥ 0.6), ${(median(ours) / 6500).toFixed(1)} × the reference's 6 500/s (goal ≥ 4)`,
      );
    }
  } finally {
    await Promise.all([server.close(), alone.close(), model.close()]);
    rmSync(data, { recursive: true, force: true });
  }
}

/**
 * What relaying costs the first word: how long it travels from the model server to the reader through the whole server,
 * beside how long it travels to one who reads the model server directly. And, for the record, the whole way from asking.
 */
export async function benchRelay(print: (line: string) => void): Promise<void> {
  const data = mkdtempSync(path.join(tmpdir(), 'causerie-bench-'));
  const model = await startServer('bench/servers/stamping-model.ts');
  const server = await startServer('bench/servers/causerie.ts', [data], agentsOn(model.ready.url));
  try {
    const port = Number(server.ready.port);
    const headers = { authorization: `Bearer ${await signUp(port)}` };
    const agent = new http.Agent({ keepAlive: true });
    const modelPort = Number(new URL(String(model.ready.url)).port);
    const ask = JSON.stringify({ model: 'bench', stream: true, input: [{ role: 'user', content: 'hello' }] });
    const direct: StreamCount[] = [];
    const through: StreamCount[] = [];
    for (let i = -40; i < 80; i++) {
      const bare = await readStream({
        port: modelPort,
        path: '/v1/responses',
        body: ask,
        agent,
        mark: 'output_text.delta"',
      });
      const relayed = await readStream({ port, path: '/api/chatkit', body, headers, agent });
      if (i < 0) continue;
      direct.push(bare);
      through.push(relayed);
    }
    const of = (counts: StreamCount[], what: 'travelMs' | 'firstDeltaMs') => median(counts.map((count) => count[what]));
    print(
      `relaying the first token: ${of(through, 'travelMs').toFixed(2)} ms on its way, directly ${of(direct, 'travelMs').toFixed(2)} ms: ` +
        `${(of(through, 'travelMs') - of(direct, 'travelMs')).toFixed(2)} ms added (goal ≤ 1)`,
    );
    print(
      `asking to first token: ${of(through, 'firstDeltaMs').toFixed(2)} ms, directly ${of(direct, 'firstDeltaMs').toFixed(2)} ms ` +
        '(signed in, thread and message committed, agent started)',
    );
  } finally {
    await Promise.all([server.close(), model.close()]);
    rmSync(data, { recursive: true, force: true });
  }
}

const agentsOn = (modelUrl: unknown) => ({
  MODEL: 'agents',
  OPENAI_BASE_URL: `${modelUrl}/v1`,
  MODEL_API: 'responses',
  CHATKIT_AGENT_MODEL: 'openai/bench',
});
