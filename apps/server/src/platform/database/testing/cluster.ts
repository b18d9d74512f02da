import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbedded } from '../embedded.ts';
import { migrate } from '../migrate.ts';

/** The server on which test databases are made. */
export type TestCluster = {
  connection: { host: string; port: number; user: string; password?: string; database: string };
  /** The template of test databases, with all tables. */
  template: string;
};

declare module 'vitest' {
  // biome-ignore lint/style/useConsistentTypeDefinitions: only an interface merges with the one declared there
  interface ProvidedContext {
    /** The socket that answers with the `TestCluster` as JSON. */
    testClusterDoor: string;
  }
}

const silent = { info() {}, warn() {}, error() {} };

/** vitest's global setup: one PostgreSQL for the whole run, started when the first test file asks for it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'causerie-tests-'));
  const stops: (() => Promise<unknown>)[] = [];
  let cluster: Promise<TestCluster> | undefined;

  const door = createServer((socket) => {
    socket.on('error', () => {});
    cluster ??= start(directory, stops);
    cluster.then(
      (found) => socket.end(JSON.stringify(found)),
      (error: Error) => socket.end(JSON.stringify({ error: error.message })),
    );
  });
  const path = join(directory, 'door');
  door.listen(path);
  await once(door, 'listening');
  project.provide('testClusterDoor', path);

  return async () => {
    door.close();
    await cluster?.catch(() => {});
    for (const stop of stops.reverse()) await stop();
    await rm(directory, { recursive: true, force: true });
  };
}

async function start(directory: string, stops: (() => Promise<unknown>)[]): Promise<TestCluster> {
  const template = `causerie_template_${process.pid}`;
  const connection = await server(directory, stops);
  const admin = new pg.Client(connection);
  await admin.connect();
  await admin.query(`CREATE DATABASE ${template}`);
  await admin.end();
  const client = new pg.Client({ ...connection, database: template });
  await client.connect();
  await migrate(client);
  await client.end();
  stops.push(async () => {
    const last = new pg.Client(connection);
    await last.connect();
    await last.query(`DROP DATABASE ${template}`);
    await last.end();
  });
  return { connection, template };
}

async function server(directory: string, stops: (() => Promise<unknown>)[]): Promise<TestCluster['connection']> {
  const external = process.env.TEST_DATABASE_URL;
  if (external) {
    const { hostname, port, username, password, pathname } = new URL(external);
    const user = decodeURIComponent(username);
    const host = decodeURIComponent(hostname);
    const database = pathname.slice(1) || 'postgres';
    return { host, port: Number(port) || 5432, user, password: decodeURIComponent(password), database };
  }
  // A test's writes need not survive a power cut.
  const settings = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off', 'max_connections=300'];
  const embedded = await startEmbedded(directory, silent, { settings });
  stops.push(() => embedded.stop());
  return embedded.connection;
}
