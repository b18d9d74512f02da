import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startServer } from './testing/processes.ts';

/** Has a process say which modules of the tracing SDK it loads. */
const watch = `import{registerHooks}from'node:module';registerHooks({load(url,context,next){if(/opentelemetry\\/(sdk|exporter)/.test(url))console.error('loads tracing');return next(url,context)}})`;

it('loads no module of tracing without a collector', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'causerie-tracing-'));
  const env = { DATA_DIR: folder, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(watch)}` };
  const plain = await startServer(env);
  expect(plain.output()).not.toContain('loads tracing');
  expect(await plain.stop()).toBe(0);
  const traced = await startServer({ ...env, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
  expect(traced.output()).toContain('loads tracing');
  expect(await traced.stop()).toBe(0);
  rmSync(folder, { recursive: true });
}, 60_000);
