import { type Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { type Agent as HttpsAgent, request as requestHttps } from 'node:https';

/** No answer that is wanted as a whole is this long. */
const mostBytes = 1_000_000;

/** See `Outbound.fetch`. Rejects with what went wrong on the way, or with the reason of the signal. */
export function wholeFetch(agents: { http: HttpAgent; https: HttpsAgent }): typeof fetch {
  return async (input, init) => {
    // Forms are encoded and headers tidied by the same code as those of Node's own `fetch`.
    const asked = new Request(input, init);
    const body = asked.body === null ? undefined : Buffer.from(await asked.arrayBuffer());
    asked.signal.throwIfAborted();
    const secure = asked.url.startsWith('https:');
    const headers = Object.fromEntries(asked.headers);
    if (body !== undefined) headers['content-length'] = String(body.length);
    const message = await new Promise<IncomingMessage>((resolve, reject) => {
      (secure ? requestHttps : requestHttp)(asked.url, {
        method: asked.method,
        headers,
        agent: secure ? agents.https : agents.http,
        signal: asked.signal,
      })
        .once('response', resolve)
        .on('error', (error) => reject(asked.signal.aborted ? asked.signal.reason : error))
        .end(body);
    });
    const status = message.statusCode!;
    if (status >= 300 && status < 400) {
      message.destroy();
      throw new Error(`redirected (${status})`);
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of message as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > mostBytes) throw new Error('the answer is too large');
      chunks.push(chunk);
    }
    const hasNoBody = status === 204 || status === 205;
    return new Response(hasNoBody ? null : Buffer.concat(chunks), { status, headers: headersOf(message) });
  };
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2) headers.append(rawHeaders[at]!, rawHeaders[at + 1]!);
  return headers;
}
