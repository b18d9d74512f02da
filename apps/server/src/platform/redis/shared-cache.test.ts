import { expect, it, onTestFinished } from 'vitest';
import { startOpenMeteoServer } from '../../../../../tools/open-meteo-server/server.ts';
import { world } from '../../../testing/world.ts';
import { hasRedis } from './testing.ts';

it.skipIf(!hasRedis)('two processes ask the weather service once, and each for itself without Redis', async () => {
  const weather = await startOpenMeteoServer();
  onTestFinished(() => weather.close());
  const env = { OPEN_METEO_URL: weather.url, OPEN_METEO_GEOCODING_URL: weather.url };
  const { servers, redis } = await world({ env, processes: 2, redis: true, people: [] });
  const ask = async (process: 0 | 1, city: string) => {
    const { status, body } = await servers[process]!.get(`/api/tools/weather?city=${city}&lang=en`);
    return [status, body.temperature];
  };
  const first = await ask(0, 'Paris');
  expect(first[0]).toBe(200);
  const asked = weather.requests.length;
  expect(asked).toBeGreaterThan(0);
  expect(await ask(1, 'Paris')).toEqual(first);
  expect(weather.requests).toHaveLength(asked);

  await redis.kill();
  expect((await ask(0, 'Lyon'))[0]).toBe(200);
  const alone = weather.requests.length;
  expect(alone).toBeGreaterThan(asked);
  expect((await ask(1, 'Lyon'))[0]).toBe(200);
  expect(weather.requests.length).toBeGreaterThan(alone);
});
