import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { startOpenMeteoServer } from '../../../../../tools/open-meteo-server/server.ts';
import { createApp } from '../../app.ts';
import { loadConfig } from '../../config.ts';
import { testDatabase } from '../database/testing.ts';
import { hasRedis, testRedis } from './testing.ts';

it.skipIf(!hasRedis)('two processes ask the weather service once, and each for itself without Redis', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'causerie-cache-'));
  const [database, redis, weather] = [await testDatabase(), await testRedis(), await startOpenMeteoServer()];
  const config = loadConfig(
    {
      DATA_DIR: directory,
      LOG_LEVEL: 'silent',
      REDIS_URL: redis.url,
      OPEN_METEO_URL: weather.url,
      OPEN_METEO_GEOCODING_URL: weather.url,
    },
    directory,
  );
  const apps = [await createApp(config, { database }), await createApp(config, { database })] as const;
  try {
    for (const { http } of apps)
      await vi.waitFor(async () => expect((await http.inject('/ready')).json().status).toBe('ok'));
    const ask = async (process: 0 | 1, city: string) => {
      const answer = await apps[process].http.inject({ url: `/api/tools/weather?city=${city}&lang=en` });
      return [answer.statusCode, answer.json().temperature];
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
  } finally {
    for (const app of apps) await app.close();
    await redis.kill();
    await weather.close();
    await database.close();
    rmSync(directory, { recursive: true });
  }
});
