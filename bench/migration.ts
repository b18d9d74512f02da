import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startExternal } from '../apps/server/src/platform/database/testing/external.ts';
import { fillFormerVersion, migrateWhileUsed } from '../apps/server/src/platform/database/testing/former-version.ts';

const items = 250_000;

/** What an update of a large database costs those who use it meanwhile. */
export async function benchMigration(print: (line: string) => void): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'causerie-bench-'));
  const server = await startExternal(directory);
  try {
    await fillFormerVersion(server.url, items);
    const use = await migrateWhileUsed(server.url);
    print(
      `migration of ${items} items while three connections work: ${(use.migrationMs / 1000).toFixed(1)} s; ` +
        `the longest of ${use.statements} statements took ${(use.longestMs / 1000).toFixed(1)} s (goal < 30, the limit of a statement)`,
    );
  } finally {
    await server.close();
    rmSync(directory, { recursive: true, force: true });
  }
}
