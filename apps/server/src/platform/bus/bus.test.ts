import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Bus, createMemoryBus, createRedisBus } from './index.ts';

const redisBinary = ['/usr/bin/redis-server', '/usr/local/bin/redis-server'].find((file) => existsSync(file));
const log = { warn: () => {} };

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function startRedis(port: number): ChildProcess {
  return spawn(redisBinary!, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], {
    stdio: 'ignore',
  });
}

/** What any bus must do. `open` makes one more end of the same bus. */
function busConformance(open: () => Bus | Promise<Bus>) {
  it('delivers in order to every subscriber of the channel and to no other', async () => {
    const [sender, receiver] = [await open(), await open()];
    const heard: string[] = [];
    const elsewhere: string[] = [];
    await receiver.subscribe('a', { message: (text) => heard.push(text) });
    await receiver.subscribe('b', { message: (text) => elsewhere.push(text) });
    const sent = Array.from({ length: 500 }, (_, i) => `message ${i} é\n`);
    for (const text of sent) sender.publish('a', text);
    await vi.waitFor(() => expect(heard).toHaveLength(sent.length));
    expect(heard).toEqual(sent);
    expect(elsewhere).toEqual([]);
  });

  it('tells its own subscribers before publish returns, and once', async () => {
    const bus = await open();
    const heard: string[] = [];
    await bus.subscribe('own', { message: (text) => heard.push(text) });
    bus.publish('own', 'x');
    expect(heard).toEqual(['x']);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(heard).toEqual(['x']);
  });

  it('says nothing after unsubscribing, and goes on telling the others', async () => {
    const bus = await open();
    const first = vi.fn();
    const second = vi.fn();
    const unsubscribe = await bus.subscribe('c', { message: first });
    await bus.subscribe('c', { message: second });
    unsubscribe();
    unsubscribe();
    bus.publish('c', 'x');
    expect(first).not.toHaveBeenCalled();
    expect(second).toHaveBeenCalledOnce();
  });
}

describe('memory bus', () => {
  const bus = createMemoryBus();
  busConformance(() => bus);
});

describe.skipIf(!redisBinary)('Redis bus', () => {
  let redis: ChildProcess;
  let port: number;
  const buses: Bus[] = [];
  const open = async () => {
    const bus = createRedisBus(`redis://127.0.0.1:${port}`, log);
    buses.push(bus);
    await vi.waitFor(() => expect(bus.health()).toBe('up'), { timeout: 5000 });
    return bus;
  };
  beforeAll(async () => {
    port = await freePort();
    redis = startRedis(port);
  });
  afterAll(async () => {
    await Promise.all(buses.map((bus) => bus.close()));
    redis.kill('SIGKILL');
  });

  busConformance(open);

  it('knows how long a message takes, and that it does not know while Redis is dead', async () => {
    const bus = await open();
    await vi.waitFor(() => expect(bus.lagSeconds()).toBeGreaterThan(0), { timeout: 10_000 });
    redis.kill('SIGKILL');
    await vi.waitFor(() => expect(bus.lagSeconds()).toBeNull(), { timeout: 5000 });
    redis = startRedis(port);
    await vi.waitFor(() => expect(bus.lagSeconds()).toBeGreaterThan(0), { timeout: 15_000 });
  });

  it('goes on alone while Redis is dead, and tells of the gap when it is back', async () => {
    const [here, there] = [await open(), await open()];
    const heard: string[] = [];
    const gap = vi.fn();
    await here.subscribe('d', { message: (text) => heard.push(text), gap });
    redis.kill('SIGKILL');
    await vi.waitFor(() => expect(here.health()).toBe('down'), { timeout: 5000 });
    here.publish('d', 'alone');
    there.publish('d', 'lost');
    expect(heard).toEqual(['alone']);

    redis = startRedis(port);
    await vi.waitFor(() => expect(gap).toHaveBeenCalledOnce(), { timeout: 10_000 });
    await vi.waitFor(() => expect(there.health()).toBe('up'), { timeout: 10_000 });
    there.publish('d', 'again');
    await vi.waitFor(() => expect(heard).toEqual(['alone', 'again']));
  });
});
