/**
 * `node tools/model-server/main.ts [--port 9100] [--deltas 200] [--pace 0]`: a model server for trying things out and
 * for benches. Every request is answered with the same text, over whichever provider's wire it came.
 */
import { parseArgs } from 'node:util';
import { startModelServer } from './server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '9100' },
    deltas: { type: 'string', default: '200' },
    pace: { type: 'string', default: '0' },
  },
});

const text = Array.from({ length: Number(values.deltas) }, (_, index) => `word${index} `);
const server = await startModelServer({ port: Number(values.port), always: { text, paceMs: Number(values.pace) } });
console.log(`Model server at ${server.url} (OPENAI_BASE_URL=${server.url}/v1)`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
