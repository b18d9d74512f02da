/** A model server that answers at once with so many deltas. `node model.ts <deltas>` */
import { startModelServer } from '../../tools/model-server/server.ts';

const text = Array.from({ length: Number(process.argv[2] ?? 1000) }, (_, i) => `word${i} `);
const server = await startModelServer({ always: { text } });
console.log(JSON.stringify({ ready: true, url: server.url }));
process.on('SIGTERM', () => void server.close().then(() => process.exit(0)));
