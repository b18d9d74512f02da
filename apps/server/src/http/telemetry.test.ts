import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { describe, expect, it, vi } from 'vitest';
import { startModelServer } from '../../../../tools/model-server/server.ts';
import { world } from '../../testing/world.ts';
import { createRegistry } from '../platform/telemetry/registry.ts';
import { createHttpMetrics } from './metrics.ts';

const start = async (env: Record<string, string>) => (await world({ answers: 'agents', env, people: [] })).server;
const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const hello = {
  type: 'threads.create',
  params: {
    input: { content: [{ type: 'input_text', text: 'my secret words' }], attachments: [], inference_options: {} },
  },
};

/** The value of a line, by its name and labels as they are written. */
const figureOf = (figures: string, line: string): number | undefined => {
  const found = figures.split('\n').find((one) => one.startsWith(`${line} `));
  return found === undefined ? undefined : Number(found.slice(line.length + 1));
};

describe('/metrics', () => {
  it('counts requests by template, answers, tokens and cost, and never tells what was said', async () => {
    // Asked twice: for the answer, and for the thread's title.
    const model = await startModelServer({
      always: { text: ['Good ', 'day'], usage: { input: 1000, output: 200 } },
    });
    const server = await start({
      OPENAI_BASE_URL: `${model.url}/v1`,
      MODEL_API: 'responses',
      CHATKIT_AGENT_MODEL: 'openai/gpt-5',
      MODEL_PRICES: 'openai/gpt-5=1.25/10,other/model=1/1',
    });
    const person = (await server.signUp('ann')).headers;
    const stream = await (await post(`${server.url}/api/chatkit`, hello, person)).text();
    const [, thread] = /"id":"(thr_[0-9a-z]+)"/.exec(stream)!;
    await (await fetch(`${server.url}/api/chatkit/threads/${thread}/stream?until=idle`, { headers: person })).text();
    await fetch(`${server.url}/no/such/page-${thread}`);

    const figures = await vi.waitFor(async () => {
      const text = await (await fetch(`${server.url}/metrics`)).text();
      expect(figureOf(text, 'causerie_tokens_total{model="openai/gpt-5",direction="output"}')).toBe(400);
      expect(figureOf(text, 'causerie_streams_open{kind="answer"}')).toBe(0);
      return text;
    });
    const counts = (line: string) => figureOf(figures, line);
    expect(counts('getlood_requests_total{method="POST",endpoint="/api/chatkit",status="200"}')).toBe(1);
    expect(counts('getlood_requests_total{method="GET",endpoint="/api/chatkit/threads/:id/stream",status="200"}')).toBe(
      1,
    );
    expect(counts('getlood_request_duration_seconds_count{endpoint="/api/chatkit"}')).toBe(1);
    expect(counts('getlood_agent_calls_total{agent_name="Assistant"}')).toBe(1);
    expect(counts('getlood_pipeline_execution_seconds_count')).toBe(1);
    expect(counts('getlood_active_users')).toBe(1);
    expect(counts('causerie_answers_total{state="done"}')).toBe(1);
    expect(counts('causerie_answers_total{state="failed"}')).toBe(0);
    expect(counts('causerie_answer_seconds_count{state="done"}')).toBe(1);
    expect(counts('causerie_first_token_seconds_count')).toBe(1);
    expect(counts('causerie_tokens_total{model="openai/gpt-5",direction="input"}')).toBe(2000);
    expect(counts('causerie_cost_dollars_total{model="openai/gpt-5"}')).toBeCloseTo(2 * (0.001_25 + 0.002), 10);
    expect(counts('causerie_streams_open{kind="feed"}')).toBe(0);
    expect(counts('causerie_answers_running')).toBe(0);
    expect(counts('causerie_bus_up')).toBe(1);
    expect(counts('causerie_database_connections_idle')).toBeGreaterThan(0);
    expect(counts('causerie_database_waiting')).toBe(0);
    expect(counts('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
    // The same is kept with the run.
    const { rows } = await server.database.pool.query('SELECT model, usage FROM runs WHERE conversation_id = $1', [
      thread,
    ]);
    expect(rows).toMatchObject([{ model: 'openai/gpt-5', usage: { inputTokens: 2000, outputTokens: 400 } }]);
    // One label for each route, not for each thread; no word of a message, no person.
    for (const never of [thread!, 'secret words', 'ann@example.org', 'page-']) expect(figures).not.toContain(never);
    await model.close();
  });

  it('counts a reader who leaves in mid-answer, and the stream as closed', async () => {
    const model = await startModelServer({ always: { text: ['a', 'b'], ending: 'hang' } });
    const server = await start({ OPENAI_BASE_URL: `${model.url}/v1`, MODEL_API: 'responses' });
    const person = (await server.signUp('leo')).headers;
    const leaving = new AbortController();
    const reply = await fetch(`${server.url}/api/chatkit`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...person },
      body: JSON.stringify(hello),
      signal: leaving.signal,
    });
    await reply.body!.getReader().read();
    const figures = async () => (await fetch(`${server.url}/metrics`)).text();
    expect(figureOf(await figures(), 'causerie_streams_open{kind="answer"}')).toBe(1);
    expect(figureOf(await figures(), 'causerie_answers_running')).toBe(1);
    leaving.abort();
    await vi.waitFor(async () => {
      const text = await figures();
      expect(figureOf(text, 'causerie_streams_open{kind="answer"}')).toBe(0);
      expect(figureOf(text, 'causerie_answers_total{state="stopped"}')).toBe(1);
      expect(figureOf(text, 'getlood_requests_total{method="POST",endpoint="/api/chatkit",status="200"}')).toBe(1);
    });
    await model.close();
  });

  it('refuses callers from outside the private networks, and those behind a proxy', async () => {
    const server = await start({});
    expect((await fetch(`${server.url}/metrics`)).status).toBe(200);
    for (const name of ['x-forwarded-for', 'forwarded', 'x-real-ip'])
      expect((await fetch(`${server.url}/metrics`, { headers: { [name]: '10.0.0.1' } })).status).toBe(403);
    for (const [remoteAddress, status] of [
      ['8.8.8.8', 403],
      ['::ffff:8.8.8.8', 403],
      ['2001:db8::1', 403],
      ['172.32.0.1', 403],
      ['172.16.3.4', 200],
      ['::ffff:10.1.2.3', 200],
      ['fd00::7', 200],
    ] as const)
      expect((await server.app.http.inject({ url: '/metrics', remoteAddress })).statusCode, remoteAddress).toBe(status);
  });

  it('refuses everybody without the token when one is set', async () => {
    const server = await start({ METRICS_TOKEN: 'a token of enough characters' });
    const status = async (authorization?: string) =>
      (await fetch(`${server.url}/metrics`, { headers: authorization ? { authorization } : {} })).status;
    expect(await status()).toBe(401);
    expect(await status('Bearer a token of enough characterz')).toBe(401);
    expect(await status('Bearer a token')).toBe(401);
    expect(await status('Bearer a token of enough characters')).toBe(200);
  });

  it('forgets people after five minutes', async () => {
    let now = 0;
    const registry = createRegistry();
    const metrics = createHttpMetrics(registry, () => now);
    metrics.countPerson('a');
    now = 200_000;
    metrics.countPerson('b');
    expect(figureOf(await registry.metrics(), 'getlood_active_users')).toBe(2);
    now = 350_000;
    expect(figureOf(await registry.metrics(), 'getlood_active_users')).toBe(1);
  });
});

type OtlpSpan = {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
};

describe('traces', () => {
  it('follow one message from the caller’s span over the request and the answer to the call of the model', async () => {
    const spans: OtlpSpan[] = [];
    const bodies: string[] = [];
    const collector = createServer(async (request, response) => {
      const body = (await json(request)) as { resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[] };
      bodies.push(`${request.method} ${request.url} ${JSON.stringify(body)}`);
      spans.push(...body.resourceSpans.flatMap((one) => one.scopeSpans.flatMap((scope) => scope.spans)));
      response.setHeader('content-type', 'application/json').end('{}');
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const model = await startModelServer({ always: { text: ['Good ', 'day'] } });
    const server = await start({
      OPENAI_BASE_URL: `${model.url}/v1`,
      MODEL_API: 'responses',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as { port: number }).port}`,
    });
    const person = (await server.signUp('tom')).headers;
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
    await (await post(`${server.url}/api/chatkit`, hello, { ...person, traceparent })).text();

    const mine = () => spans.filter((span) => span.traceId === traceId);
    const named = (name: string) => mine().find((span) => span.name === name)!;
    await vi.waitFor(() => expect(mine().map(({ name }) => name)).toContain('POST /api/chatkit'), { timeout: 10_000 });
    await vi.waitFor(() => expect(named('model call')).toBeDefined(), { timeout: 10_000 });
    expect(named('POST /api/chatkit').parentSpanId).toBe('b7ad6b7169203331');
    expect(named('answer').parentSpanId).toBe(named('POST /api/chatkit').spanId);
    expect(named('model call').parentSpanId).toBe(named('answer').spanId);
    expect(named('model call').attributes).toContainEqual({
      key: 'http.response.status_code',
      value: { intValue: 200 },
    });
    // The sign-up is a trace of its own.
    expect(spans.find(({ name }) => name === 'POST /api/v1/auth/register')?.traceId).not.toBe(traceId);
    expect(bodies[0]).toMatch(/^POST \/v1\/traces /);
    for (const never of ['secret words', 'tom@example.org', 'Good ']) expect(bodies.join()).not.toContain(never);
    collector.close();
    collector.closeAllConnections();
    await model.close();
  });

  it('leave the server working when the collector is away', async () => {
    const server = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    await server.close();
  });
});
