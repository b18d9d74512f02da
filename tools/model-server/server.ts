import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Frames, ID, type ScriptedAnswer, type ScriptedCall, type WireName, wireOf, wires } from './wires.ts';

/** A model's answer, streamed. */
export type AnswerStep = {
  /** The text: a string is one delta, an array its deltas. */
  text?: string | string[];
  reasoning?: string[];
  calls?: ScriptedCall[];
  usage?: { input: number; output: number };
  /** Milliseconds between deltas. 0 (default) sends the whole reply in one write. */
  paceMs?: number;
  /** With `paceMs`: how many deltas leave in one write; default 1. Models behind a gateway come in such bursts. */
  burst?: number;
  /** Milliseconds before the first byte. */
  delayMs?: number;
  /** Write the body in pieces of this many bytes, each in its own packet: splits characters and frames. */
  pieceBytes?: number;
  /**
   * What follows the last delta. `finish` (default): the end as the wire has it. `cut`: the connection is closed in
   * mid-body. `reset`: the same by a TCP reset, right behind the text. `hang`: nothing more, the connection stays open.
   * `end`: the body ends properly, but without the closing frames.
   */
  ending?: 'finish' | 'cut' | 'reset' | 'hang' | 'end';
  /** Frames in place of the closing ones, in one write with the text: an error in mid-stream. */
  tail?: string;
};

/** A refusal: an HTTP status with a body such as providers send. */
export type RefusalStep = {
  status: number;
  headers?: Record<string, string>;
  /** The error body; default `{"error":{"message","type","code"}}`. */
  body?: unknown;
};

/** Bytes as they are, with status 200: garbage, a line without end, HTML. */
export type RawStep = {
  raw: string | Uint8Array;
  contentType?: string;
};

/** Takes the request and never answers. */
export type SilenceStep = {
  silence: true;
};

/** Destroys the connection as soon as the request is read. */
export type DropStep = {
  drop: true;
};

/** One step of a script. With `when`, it is kept for the first request that it accepts. */
export type Step = (AnswerStep | RefusalStep | RawStep | SilenceStep | DropStep) & {
  when?: (request: RecordedRequest) => boolean;
  /** May stay unused: for a request in the background that the end of another may forestall. */
  optional?: boolean;
};

/** A request the server was sent. */
export type RecordedRequest = {
  method: string;
  path: string;
  wire: WireName | undefined;
  headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into four providers' request bodies
  body: any;
  /** Port of the client's socket: equal for two requests over one kept-alive connection. */
  clientPort: number | undefined;
  /** Settles when the reply is over: true when the client left before its end. */
  aborted: Promise<boolean>;
};

/** A running scripted model server. */
export type ModelServer = {
  /** Origin, such as `http://127.0.0.1:41234`; the wires are at `/v1` (OpenAI, Anthropic, Mistral) and `/v1beta` (Google). */
  url: string;
  requests: RecordedRequest[];
  /** Appends steps to the script. */
  script(...steps: Step[]): void;
  /** Throws when a step was not used or a request found none; forgets both. Call it after each test. */
  verify(): void;
  close(): Promise<void>;
};

/**
 * Starts a model server that speaks the streaming wires of OpenAI (Responses, Chat Completions), Anthropic, Google and
 * Mistral, and says what its script says. `always` is the step for requests that find no other, or what chooses it.
 */
export async function startModelServer(
  options: { port?: number; always?: Step | ((request: RecordedRequest) => Step) } = {},
): Promise<ModelServer> {
  let steps: Step[] = [];
  let surprises: string[] = [];
  const requests: RecordedRequest[] = [];
  const built = new WeakMap<object, Partial<Record<WireName, Frames>>>();
  let counter = 0;

  const framesOf = (step: AnswerStep, wire: WireName): Frames => {
    const perWire = built.get(step) ?? {};
    built.set(step, perWire);
    perWire[wire] ??= wires[wire](answerOf(step));
    return perWire[wire];
  };

  const take = (request: RecordedRequest): Step | undefined => {
    const index = steps.findIndex((step) => step.when === undefined || step.when(request));
    if (index >= 0) return steps.splice(index, 1)[0];
    const always = typeof options.always === 'function' ? options.always(request) : options.always;
    if (always && (always.when?.(request) ?? true)) return always;
    surprises.push(`${request.method} ${request.path}`);
    return undefined;
  };

  const handle = async (incoming: IncomingMessage, response: ServerResponse) => {
    const path = new URL(incoming.url ?? '/', 'http://model').pathname;
    const wire = wireOf(path);
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const request: RecordedRequest = {
      method: incoming.method ?? 'GET',
      path,
      wire,
      headers: incoming.headers,
      body: text === '' ? undefined : JSON.parse(text),
      clientPort: incoming.socket.remotePort,
      aborted: new Promise((resolve) => response.once('close', () => resolve(!response.writableFinished))),
    };
    requests.push(request);
    const step = take(request);
    if (step === undefined)
      return refuse(response, { status: 500, body: { error: { message: 'Not in the script.' } } });
    if ('silence' in step) return;
    if ('drop' in step) return incoming.socket.destroy();
    if ('status' in step) return refuse(response, step);
    if ('raw' in step) {
      response.writeHead(200, { 'content-type': step.contentType ?? 'text/event-stream' });
      return response.end(step.raw);
    }
    if (wire === undefined) return refuse(response, { status: 404 });
    const streams = wire === 'google' || request.body?.stream === true;
    if (!streams) return refuse(response, { status: 400, body: { error: { message: 'This server only streams.' } } });
    await answer(response, step, framesOf(step, wire), `${Date.now().toString(36)}${(counter++).toString(36)}`);
  };

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      surprises.push(String(error));
      response.destroy();
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    script: (...more) => {
      steps.push(...more);
    },
    verify() {
      const left = steps.filter((step) => !step.optional).length;
      const found = surprises;
      steps = [];
      surprises = [];
      if (found.length > 0)
        throw new Error(`The model server was asked what is not in its script: ${found.join(', ')}`);
      if (left > 0) throw new Error(`${left} step(s) of the model server's script were not used.`);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answerOf(step: AnswerStep): ScriptedAnswer {
  const text = step.text === undefined ? [] : typeof step.text === 'string' ? [step.text] : step.text;
  return {
    text,
    reasoning: step.reasoning ?? [],
    calls: step.calls ?? [],
    usage: step.usage ?? { input: 10, output: text.length },
  };
}

function refuse(response: ServerResponse, step: RefusalStep): void {
  const body = step.body ?? { error: { message: `Scripted ${step.status}`, type: 'scripted', code: null } };
  response.writeHead(step.status, { 'content-type': 'application/json', ...step.headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

async function answer(response: ServerResponse, step: AnswerStep, frames: Frames, id: string): Promise<void> {
  if (step.delayMs) await sleep(step.delayMs);
  const fill = (frame: string) => frame.replaceAll(ID, id);
  const ending = step.ending ?? 'finish';
  const tail = step.tail ?? (ending === 'finish' ? frames.tail : '');
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  if (step.pieceBytes) {
    const body = Buffer.from(fill(frames.head + frames.deltas.join('') + tail));
    for (let at = 0; at < body.length && !response.destroyed; at += step.pieceBytes) {
      response.write(body.subarray(at, at + step.pieceBytes));
      // A turn of the loop between pieces, so that they leave as separate packets.
      await new Promise(setImmediate);
    }
  } else if (step.paceMs) {
    response.write(fill(frames.head));
    const { burst = 1 } = step;
    for (let at = 0; at < frames.deltas.length; at += burst) {
      await sleep(step.paceMs);
      if (response.destroyed) return;
      response.write(fill(frames.deltas.slice(at, at + burst).join('')));
    }
    response.write(fill(tail));
  } else {
    response.write(fill(frames.head + frames.deltas.join('') + tail));
  }
  if (ending === 'hang') return;
  if (ending === 'reset') {
    // The kernel has what was written once the write is done, and sends the reset behind it.
    await new Promise((resolve) => response.write('', resolve));
    response.socket?.resetAndDestroy();
    return;
  }
  if (ending === 'cut') {
    // What was written must leave first: destroying at once would drop it with the connection.
    await sleep(20);
    response.destroy();
    return;
  }
  response.end();
}
