/**
 * `node tools/open-meteo-server/main.ts [--port 9200]`: a stand-in for Open-Meteo that knows a few cities, for trying
 * the weather without a network (`OPEN_METEO_URL` and `OPEN_METEO_GEOCODING_URL` point to it).
 */
import { parseArgs } from 'node:util';
import { startOpenMeteoServer } from './server.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '9200' } } });
const server = await startOpenMeteoServer({ port: Number(values.port) });
console.log(`Open-Meteo at ${server.url}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
