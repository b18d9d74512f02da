import type { RunContext } from '@openai/agents';
import { z } from 'zod';
import type { TurnContext } from './turn-context.ts';

const argumentsSchema = z.object({
  city: z.string().trim().min(1),
  // Models that may omit a field often send null or an empty one.
  country: z.string().trim().nullish(),
});

type ToolCallDetails = { toolCall?: { callId: string } };

/**
 * `get_weather` runs in the browser: calling it here only records the call in the turn's context, which ends the turn. The
 * turn continues when the client has sent the weather (`threads.add_client_tool_output`).
 */
export async function weatherTool() {
  const { tool } = await import('@openai/agents');
  return tool({
    name: 'get_weather',
    description: 'The weather in a city now: temperature, conditions, wind, local time.',
    parameters: {
      type: 'object',
      properties: {
        city: { type: 'string', description: 'The name of the city, such as "Paris".' },
        country: { type: 'string', description: 'ISO 3166 code or name of its country, such as "FR".' },
      },
      required: ['city'],
      additionalProperties: true,
    },
    // Strict schemas have no optional fields, and not every provider supports them.
    strict: false,
    execute(input: unknown, run?: RunContext<unknown>, details?: ToolCallDetails) {
      const turn = run!.context as TurnContext;
      const callId = details?.toolCall?.callId ?? '';
      const parsed = argumentsSchema.safeParse(input);
      if (!parsed.success) {
        // The model reads this and corrects itself: without a client tool call the run goes on.
        const words = 'Error: "city" is required and must be the name of a city.';
        turn.refusedCalls.set(callId, words);
        return words;
      }
      const { city, country } = parsed.data;
      turn.askedCalls.push({ callId, name: 'get_weather', arguments: country ? { city, country } : { city } });
      return '';
    },
  });
}
