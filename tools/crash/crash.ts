import http from 'node:http';
import { startServer } from '../../bench/load.ts';
import { signUp } from '../../bench/sign-up.ts';

export type CrashReport = {
  rounds: number;
  /** Items that clients were told are done. */
  told: number;
  /** Answers that were cut off by a kill. */
  cut: number;
  lost: string[];
  doubled: string[];
  /** Threads whose cut answer was neither kept nor called interrupted. */
  dishonest: string[];
};

type Told = { threadId: string; done: Map<string, string>; pending: string; finished: boolean };
type WireItem = { id: string; type: string; content?: { text: string }[] };

/**
 * Kills the server with SIGKILL in mid-stream at random moments, again and again on the same data, and checks after each
 * start that whatever a client was told is there, once. Rejects when a start fails.
 */
export async function crash(options: { rounds: number; dataDir: string; databaseUrl?: string }): Promise<CrashReport> {
  const env = {
    DELTAS: '150',
    PAUSE_MS: '2',
    ...(options.databaseUrl ? { DATABASE_URL: options.databaseUrl } : {}),
  };
  const report: CrashReport = { rounds: options.rounds, told: 0, cut: 0, lost: [], doubled: [], dishonest: [] };
  const email = `crash-${Date.now()}@example.org`;
  let token = '';
  let open: Told[] = [];

  for (let round = 0; round <= options.rounds; round++) {
    const server = await startServer('bench/servers/causerie.ts', [options.dataDir], env);
    const port = Number(server.ready.port);
    token ||= await signUp(port, email);
    for (const told of open) await check(port, token, told, report);
    if (round === options.rounds) {
      await server.close();
      break;
    }
    open = [];
    const clients = Array.from({ length: 4 }, () => talk(port, token, open));
    await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 700));
    const gone = new Promise((resolve) => server.process.once('exit', resolve));
    server.process.kill('SIGKILL');
    await gone;
    await Promise.all(clients);
    report.told += open.reduce((sum, told) => sum + told.done.size, 0);
    report.cut += open.filter((told) => !told.finished).length;
  }
  return report;
}

/** Asks in new threads, one after the other, until the server is gone; notes what it is told. */
async function talk(port: number, token: string, open: Told[]): Promise<void> {
  for (;;) {
    const told: Told = { threadId: '', done: new Map(), pending: '', finished: false };
    const ended = await post(port, token, request('threads.create', { input: message('go') }), (event) => {
      if (event.type === 'thread.created') {
        told.threadId = event.thread!.id;
        open.push(told);
      }
      if (event.type === 'thread.item.done') {
        told.done.set(event.item!.id, textOf(event.item!));
        told.pending = '';
      }
      if (event.update?.delta) told.pending += event.update.delta;
    });
    if (ended !== 'whole') return;
    told.finished = true;
  }
}

async function check(port: number, token: string, told: Told, report: CrashReport): Promise<void> {
  const page = await post(port, token, request('items.list', { thread_id: told.threadId, order: 'asc', limit: 100 }));
  const { data } = JSON.parse(page) as { data?: WireItem[] };
  if (!data) {
    report.lost.push(told.threadId);
    return;
  }
  const ids = data.map((item) => item.id);
  if (new Set(ids).size < ids.length) report.doubled.push(told.threadId);
  for (const [id, text] of told.done) {
    const found = data.find((item) => item.id === id);
    if (!found || textOf(found) !== text) report.lost.push(`${told.threadId} ${id}`);
  }
  if (told.finished) return;
  // The end of the stream was not seen: either the answer is whole, or it says that it was interrupted.
  const answers = data.filter((item) => item.type === 'assistant_message');
  const whole = answers.some((item) => textOf(item).split(' ').length > 150);
  const feed = await get(port, token, `/api/chatkit/threads/${told.threadId}/stream?until=idle`);
  const kept = textOf(answers.at(-1));
  // What is saved every quarter of a second must be what was said.
  const honest =
    whole ||
    (feed.includes('"code":"run.interrupted"') && (told.pending.startsWith(kept) || kept.startsWith(told.pending)));
  if (!honest) report.dishonest.push(told.threadId);
}

type Event = { type: string; thread?: { id: string }; item?: WireItem; update?: { delta?: string } };

const textOf = (item?: WireItem) => item?.content?.map((part) => part.text).join('') ?? '';
const message = (text: string) => ({ content: [{ type: 'input_text', text }], attachments: [], inference_options: {} });
const request = (type: string, params: object) => JSON.stringify({ type, params });

/** The body; or, for a stream, `whole` when it came to its end and `cut` when not. */
function post(port: number, token: string, body: string, onEvent?: (event: Event) => void): Promise<string> {
  return new Promise((resolve) => {
    const call = http.request(
      {
        host: '127.0.0.1',
        port,
        path: '/api/chatkit',
        method: 'POST',
        agent: false,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          text += chunk;
          if (!onEvent) return;
          const frames = text.split('\n\n');
          text = frames.pop()!;
          for (const frame of frames) if (frame.startsWith('data: ')) onEvent(JSON.parse(frame.slice(6)));
        });
        response.on('error', () => {});
        response.on('close', () => resolve(onEvent ? (response.complete ? 'whole' : 'cut') : text));
      },
    );
    call.on('error', () => resolve('cut'));
    call.end(body);
  });
}

async function get(port: number, token: string, path: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${token}` } });
  return response.text();
}
