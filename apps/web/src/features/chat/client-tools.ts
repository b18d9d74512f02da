import { ApiError, type Client } from '@causerie/client';

/** A call that the agent asks this page to make. */
export type ClientToolCall = {
  name: string;
  params: Record<string, unknown>;
};

/**
 * The tools that run in the browser. A failure returns `{error}`, so that the agent can explain it instead of leaving the
 * turn open.
 */
export function createClientTools(client: Pick<Client, 'weather'>) {
  const tools: Record<string, (params: Record<string, unknown>) => Promise<Record<string, unknown>>> = {
    get_weather: async ({ city, country }) => {
      if (typeof city !== 'string' || city.trim() === '') return { error: 'get_weather needs a city.' };
      const place = { city: city.trim(), ...(typeof country === 'string' && country !== '' ? { country } : {}) };
      return { ...(await client.weather(place)) };
    },
  };

  return async ({ name, params }: ClientToolCall): Promise<Record<string, unknown>> => {
    if (!Object.hasOwn(tools, name)) return { error: `This page has no tool named ${name}.` };
    try {
      return (await tools[name]?.(params)) ?? {};
    } catch (error) {
      // The code distinguishes an unknown city from a failed service, in any language of the message.
      if (error instanceof ApiError) return { error: error.message, code: error.code };
      return { error: error instanceof Error ? error.message : String(error) };
    }
  };
}
