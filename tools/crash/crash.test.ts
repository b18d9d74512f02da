import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { testDatabase } from '../../apps/server/src/platform/database/testing.ts';
import { crash } from './crash.ts';

// `npm run bench -- crash` does it fifty times on each database.
const rounds = 4;
const directory = mkdtempSync(path.join(tmpdir(), 'causerie-crash-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it.each(['embedded', 'external'])(
  'loses and doubles nothing when killed in mid-stream, on the %s database',
  async (kind) => {
    const database = kind === 'external' ? await testDatabase() : null;
    try {
      const report = await crash({ rounds, dataDir: path.join(directory, kind), databaseUrl: database?.url });
      expect(report).toMatchObject({ lost: [], doubled: [], dishonest: [] });
      expect(report.told).toBeGreaterThan(rounds);
      expect(report.cut).toBeGreaterThan(0);
    } finally {
      await database?.close();
    }
  },
  120_000,
);
