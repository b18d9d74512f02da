import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventsPerSecond, median, readStream, startServer } from './load.ts';
import { signUp } from './sign-up.ts';

const rounds = 5;

/** Streamed events a second through the whole server, beside node:http alone writing the same frames. */
export async function benchStreams(print: (line: string) => void): Promise<void> {
  const data = mkdtempSync(path.join(tmpdir(), 'causerie-bench-'));
  const server = await startServer('bench/servers/causerie.ts', [data]);
  const one = await startServer('bench/servers/bare.ts', ['1']);
  const four = await startServer('bench/servers/bare.ts', ['4']);
  try {
    const port = Number(server.ready.port);
    const token = await signUp(port);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
    const body = JSON.stringify({
      type: 'threads.create',
      params: { input: { content: [{ type: 'input_text', text: 'go' }], attachments: [], inference_options: {} } },
    });
    const sides = {
      causerie: () =>
        readStream({ port, path: '/api/chatkit', body, headers: { authorization: `Bearer ${token}` }, agent }),
      one: () => readStream({ port: Number(one.ready.port), path: '/', body, agent }),
      four: () => readStream({ port: Number(four.ready.port), path: '/', body, agent }),
    };
    for (const width of [1, 8, 64]) {
      const count = width === 1 ? 60 : 192;
      const rates: Record<keyof typeof sides, number[]> = { causerie: [], one: [], four: [] };
      const first: number[] = [];
      for (let round = -1; round < rounds; round++) {
        for (const side of Object.keys(sides) as (keyof typeof sides)[]) {
          const result = await eventsPerSecond(width, count, sides[side]);
          if (round < 0) continue; // Warm-up.
          rates[side].push(result.rate);
          if (side === 'causerie') first.push(...result.first);
        }
      }
      const [ours, bare, coalesced] = [median(rates.causerie), median(rates.one), median(rates.four)];
      print(
        `streams ×${width}: ${Math.round(ours)} events/s; ${(ours / bare).toFixed(2)} of node:http a frame a write (goal ≥ 1.0), ` +
          `${(ours / coalesced).toFixed(2)} of four a write (goal ≥ 0.5), ${(ours / 39_000).toFixed(1)} × the reference's 39 000/s (goal ≥ 5)`,
      );
      if (width === 64)
        print(`first event ×64: p50 ${median(first).toFixed(0)} ms (goal < 106, a quarter of the reference's 425)`);
    }
  } finally {
    await Promise.all([server.close(), one.close(), four.close()]);
    rmSync(data, { recursive: true, force: true });
  }
}
