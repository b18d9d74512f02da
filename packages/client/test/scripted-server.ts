import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that a test expects, and the answer it gets. */
export type Step = {
  method: string;
  /** Path with query. */
  path: string;
  status?: number;
  headers?: Record<string, string>;
  /** Sent as JSON unless it is text. */
  answer?: unknown;
};

type SeenRequest = {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: unknown;
};

export type ScriptedServer = {
  url: string;
  seen: SeenRequest[];
  /** Stops the server; throws when a step was never used or a request was not in the script. */
  finish(): Promise<void>;
};

/** Plays a server over a real socket, step by step.. */
export async function scriptedServer(steps: Step[]): Promise<ScriptedServer> {
  const left = [...steps];
  const seen: SeenRequest[] = [];
  const surprises: string[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { method = '', url = '' } = request;
    seen.push({ method, path: url, headers: request.headers, body: text === '' ? undefined : JSON.parse(text) });
    const at = left.findIndex((step) => step.method === method && step.path === url);
    const step = at === -1 ? undefined : left.splice(at, 1)[0];
    if (step === undefined) {
      surprises.push(`${method} ${url}`);
      response.writeHead(500).end();
      return;
    }
    const isText = typeof step.answer === 'string';
    response.writeHead(step.status ?? 200, {
      'content-type': isText ? 'text/html' : 'application/json',
      ...step.headers,
    });
    response.end(isText ? step.answer : step.answer === undefined ? '' : JSON.stringify(step.answer));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async finish() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      if (surprises.length > 0) throw new Error(`Not in the script: ${surprises.join(', ')}`);
      if (left.length > 0) throw new Error(`Never asked: ${left.map((s) => `${s.method} ${s.path}`).join(', ')}`);
    },
  };
}

/** An address without a listener: a port that this process has just closed. */
export async function deadAddress(): Promise<string> {
  const server = await scriptedServer([]);
  await server.finish();
  return server.url;
}
