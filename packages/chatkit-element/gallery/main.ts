// `npm run gallery`: builds the element and serves a page with everything it can show. `-- --port 6006` for a fixed port.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildElement } from '../build.ts';
import { startGallery } from './server.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '6006' } } });
const folder = await mkdtemp(join(tmpdir(), 'chatkit-gallery-'));
const gallery = await startGallery(await buildElement(join(folder, 'dist')), Number(values.port));
console.log(`${gallery.entries.length} entries at ${gallery.origin}`);
let closing = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (closing) return;
    closing = true;
    void gallery.close().then(() => rm(folder, { recursive: true, force: true }));
  });
}
