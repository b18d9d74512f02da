import { ApiError } from '@causerie/client';
import { describe, expect, it } from 'vitest';
import { createClientTools } from './client-tools.ts';

const paris = { city: 'Paris', temperature: 11.5, description: 'overcast' };

function tools(weather: (place: { city: string; country?: string }) => Promise<unknown>) {
  return createClientTools({ weather } as Parameters<typeof createClientTools>[0]);
}

describe('get_weather', () => {
  it('asks the server for the place and hands its answer to the agent', async () => {
    const asked: unknown[] = [];
    const call = tools(async (place) => {
      asked.push(place);
      return paris;
    });
    expect(await call({ name: 'get_weather', params: { city: ' Paris ', country: 'FR' } })).toEqual(paris);
    expect(await call({ name: 'get_weather', params: { city: 'Paris', country: null } })).toEqual(paris);
    expect(asked).toEqual([{ city: 'Paris', country: 'FR' }, { city: 'Paris' }]);
  });

  it('answers a failure with its reason, so that the turn goes on', async () => {
    const call = tools(async () => {
      throw new ApiError('No city of that name is known.', { status: 404, code: 'city_unknown' });
    });
    expect(await call({ name: 'get_weather', params: { city: 'Atlantis' } })).toEqual({
      error: 'No city of that name is known.',
      code: 'city_unknown',
    });
  });

  it('does not ask for nowhere', async () => {
    const call = tools(async () => {
      throw new Error('must not be asked');
    });
    for (const params of [{}, { city: ' ' }, { city: 7 }])
      expect(await call({ name: 'get_weather', params })).toEqual({ error: 'get_weather needs a city.' });
  });
});

it('answers for a tool that this page does not have', async () => {
  const call = tools(async () => paris);
  for (const name of ['format_disk', 'constructor'])
    expect(await call({ name, params: {} })).toEqual({ error: `This page has no tool named ${name}.` });
});
