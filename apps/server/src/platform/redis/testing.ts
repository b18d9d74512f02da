import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../../../tools/free-port.ts';

const binary = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server'].find((file) =>
  existsSync(file),
);

/** Whether this machine has Redis; without it these tests are skipped, which the runner says. */
export const hasRedis = binary !== undefined;

/** A Redis of a test's own, which can die, hang and come back at the same address. */
export type TestRedis = {
  url: string;
  /** Resolves when it takes connections. */
  start(): Promise<void>;
  /** As by the hand of an operator: at once, nothing kept. */
  kill(): Promise<void>;
  /** It keeps its connections and says nothing more. */
  freeze(): void;
  thaw(): void;
};

/** Starts it. `kill` it in the end. */
export async function testRedis(): Promise<TestRedis> {
  const port = await freePort();
  let child: ChildProcess | undefined;
  const redis: TestRedis = {
    url: `redis://127.0.0.1:${port}`,
    async start() {
      const args = `--port ${port} --bind 127.0.0.1 --save --appendonly no`.split(' ');
      args.splice(args.indexOf('--save') + 1, 0, '');
      child = spawn(binary!, args, { stdio: 'ignore' });
      while (!(await answers(port))) {
        if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
        await sleep(20);
      }
    },
    async kill() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
    freeze: () => void child!.kill('SIGSTOP'),
    thaw: () => void child!.kill('SIGCONT'),
  };
  await redis.start();
  return redis;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [answer] = await once(socket, 'data');
    return String(answer).startsWith('+PONG');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
