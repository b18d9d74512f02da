import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { median, readStream, startServer } from './load.ts';
import { signUp } from './sign-up.ts';

const sizes = [0, 10_000];
const samples = 80;

/** What a message costs in a thread of ten thousand items, beside one in an empty thread. */
export async function benchThreadSize(print: (line: string) => void): Promise<void> {
  const data = mkdtempSync(path.join(tmpdir(), 'causerie-bench-'));
  const server = await startServer('bench/servers/causerie.ts', [data], { DELTAS: '1' });
  try {
    const port = Number(server.ready.port);
    const filler = Number(server.ready.filler);
    const token = await signUp(port);
    const headers = { authorization: `Bearer ${token}` };
    const agent = new http.Agent({ keepAlive: true });
    const threads = await Promise.all(sizes.map((size) => makeThread(filler, token, size)));
    const times: number[][] = sizes.map(() => []);
    for (let i = -10; i < samples; i++) {
      // In turn, and the empty thread is made anew each time: it would not stay empty.
      for (const [at, thread] of threads.entries()) {
        const id = at === 0 ? await makeThread(filler, token, 0) : thread;
        const body = JSON.stringify({
          type: 'threads.add_user_message',
          params: {
            thread_id: id,
            input: { content: [{ type: 'input_text', text: 'more' }], attachments: [], inference_options: {} },
          },
        });
        const started = performance.now();
        await readStream({ port, path: '/api/chatkit', body, headers, agent });
        if (i >= 0) times[at]!.push(performance.now() - started);
      }
    }
    const [empty, full] = [median(times[0]!), median(times[1]!)];
    print(
      `a message in a thread of ${sizes[1]} items: ${full.toFixed(2)} ms, in an empty one ${empty.toFixed(2)} ms: ` +
        `${(full / empty).toFixed(2)} times (goal ≤ 1.2)`,
    );
  } finally {
    await server.close();
    rmSync(data, { recursive: true, force: true });
  }
}

/** The bench server's second port makes a thread of so many items. */
async function makeThread(port: number, token: string, size: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/?size=${size}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return ((await response.json()) as { id: string }).id;
}
