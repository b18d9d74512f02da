import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { storeConformance } from '@causerie/chatkit/testing';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { createMemoryBus } from '../../platform/bus/index.ts';
import { type Database, openDatabase } from '../../platform/database/index.ts';
import { acquireProcessLease, type ProcessLease } from '../../platform/database/process-lease.ts';
import { startExternal } from '../../platform/database/testing/external.ts';
import { createAttachmentRows } from '../attachments/index.ts';
import { createConversations } from '../conversations/index.ts';
import { type ChatKitContext, PostgresStore, searchTextOf, unfinished } from './index.ts';

const silent = { info() {}, warn() {}, error() {}, debug() {} };

const contextOf = (id: string): ChatKitContext => ({
  person: { id, email: `${id}@example.org`, name: id, role: 'user', locale: 'en' },
  sessionId: 'ses_test',
  locale: 'en',
  origin: 'https://chat.example',
  log: silent,
});

describe.each(['embedded', 'external'])('PostgresStore on the %s database', (kind) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'causerie-store-'));
  let external: Awaited<ReturnType<typeof startExternal>> | null = null;
  let database: Database;
  let lease: ProcessLease;
  let store: PostgresStore;
  beforeAll(async () => {
    if (kind === 'external') external = await startExternal(path.join(directory, 'elsewhere'));
    database = await openDatabase({ DATA_DIR: directory, DATABASE_URL: external?.url }, silent);
    lease = await acquireProcessLease(database, silent);
    const conversations = createConversations({
      pool: database.pool,
      bus: createMemoryBus(),
      process: lease,
      log: silent,
      unfinished: { assistant: unfinished },
      wordsOf: searchTextOf,
    });
    store = new PostgresStore(conversations, createAttachmentRows(database.pool), {
      present: (attachment) => attachment,
      sweep() {},
    });
  });
  afterAll(async () => {
    await lease.close();
    await database.close();
    await external?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  storeConformance({ describe, it }, () => ({
    store,
    alice: contextOf(`usr_${Math.random()}`),
    bob: contextOf('usr_bob'),
  }));
});
