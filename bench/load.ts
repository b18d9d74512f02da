import { type ChildProcess, spawn } from 'node:child_process';
import http from 'node:http';
import { createInterface } from 'node:readline';

/** A process under load. It is given `input` as its first line and prints one line of JSON when it is ready; `close` ends it. */
export async function startServer(
  script: string,
  args: string[] = [],
  env: NodeJS.ProcessEnv = {},
  input?: string,
): Promise<{
  ready: Record<string, unknown>;
  process: ChildProcess;
  close(): Promise<void>;
}> {
  const child = spawn(
    process.execPath,
    ['--conditions=@causerie/source', '--disable-warning=ExperimentalWarning', script, ...args],
    {
      cwd: new URL('..', import.meta.url),
      stdio: ['pipe', 'pipe', 'inherit'],
      // What is measured is the server, not its patience with one busy client, who here stands for many.
      env: {
        ...process.env,
        RATE_LIMIT_PER_MINUTE: '0',
        ANSWERS_PER_PERSON: '1000',
        ANSWERS_PER_PROCESS: '1000',
        ...env,
      },
    },
  );
  if (input !== undefined) child.stdin!.write(`${input}\n`);
  const ready = await new Promise<Record<string, unknown>>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (line.startsWith('{"ready"')) resolve(JSON.parse(line));
    });
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code} before it was ready`)));
  });
  return {
    ready,
    process: child,
    close: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

export type StreamCount = {
  events: number;
  firstEventMs: number;
  firstDeltaMs: number;
  /** From the moment a stamped delta was written (see servers/stamping-model.ts) to its arrival here. */
  travelMs: number;
};

/**
 * POSTs and reads a stream to its end, counting deltas in the bytes themselves: parsing would make the reader the slower
 * side. Rejects when the answer is not 200.
 */
export function readStream(options: {
  port: number;
  path: string;
  body: string;
  headers?: Record<string, string>;
  agent: http.Agent;
  /** What to count in the bytes. */
  mark?: string;
}): Promise<StreamCount> {
  const mark = Buffer.from(options.mark ?? 'text_delta"');
  return new Promise((resolve, reject) => {
    const started = performance.now();
    let firstEventMs = 0;
    let firstDeltaMs = 0;
    let travelMs = Number.NaN;
    let events = 0;
    let tail: Buffer = Buffer.alloc(0);
    const request = http.request(
      {
        host: '127.0.0.1',
        port: options.port,
        path: options.path,
        method: 'POST',
        agent: options.agent,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(options.body),
          ...options.headers,
        },
      },
      (response) => {
        if (response.statusCode !== 200) {
          response.resume();
          return reject(new Error(`HTTP ${response.statusCode}`));
        }
        response.on('data', (chunk: Buffer) => {
          firstEventMs ||= performance.now() - started;
          const bytes = tail.length > 0 ? Buffer.concat([tail, chunk]) : chunk;
          let at = bytes.indexOf(mark);
          let end = 0;
          while (at >= 0) {
            events++;
            end = at + mark.length;
            at = bytes.indexOf(mark, end);
          }
          if (events > 0 && !firstDeltaMs) {
            firstDeltaMs = performance.now() - started;
            const stamp = /at=([\d.]+)/.exec(bytes.toString('latin1'));
            if (stamp) travelMs = Number(process.hrtime.bigint()) / 1e6 - Number(stamp[1]);
          }
          tail = bytes.subarray(Math.max(end, bytes.length - mark.length + 1));
        });
        response.on('end', () => resolve({ events, firstEventMs, firstDeltaMs, travelMs }));
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(options.body);
  });
}

/** Runs `count` streams, `width` at a time, and gives events a second over all of them. */
export async function eventsPerSecond(
  width: number,
  count: number,
  stream: () => Promise<StreamCount>,
): Promise<{ rate: number; first: number[] }> {
  const started = performance.now();
  let events = 0;
  let left = count;
  const first: number[] = [];
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (left-- > 0) {
        const result = await stream();
        events += result.events;
        first.push(result.firstEventMs);
      }
    }),
  );
  return { rate: (events / (performance.now() - started)) * 1000, first };
}

export const median = (values: number[]): number => percentile(values, 0.5);

/** The value that `part` (0 to 1) of the others do not reach. */
export const percentile = (values: number[], part: number): number => {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)] ?? Number.NaN;
};
