import { toolRoutes } from '@causerie/api';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { AppError } from '../../errors.ts';
import { optionsOf } from '../../http/contract.ts';
import { pickLanguage } from '../../platform/i18n/index.ts';
import type { WeatherService } from './weather.ts';

/** `GET /api/tools/weather`: public, since the assistant's client tool calls it from the browser. */
export function registerWeatherRoutes(app: FastifyInstance, deps: { weather: WeatherService }): void {
  app.withTypeProvider<ZodTypeProvider>().route({
    ...optionsOf(toolRoutes.weather),
    // The original of this interface answers 422, not 400, to a missing city, and clients rely on it.
    attachValidation: true,
    handler: async (request, reply) => {
      if (request.validationError) {
        throw new AppError('invalid_input', 'Give the name of a city, of at most 100 characters.', {
          details: request.validationError.validation?.map(
            ({ instancePath, message }: { instancePath: string; message?: string }) => ({
              path: instancePath.slice(1),
              message,
            }),
          ),
        });
      }
      const { city, country, lang } = request.query;
      const language = lang ?? pickLanguage(request.headers['accept-language']);
      const weather = await deps.weather.lookUp(city, country, language);
      // Set after success only: a browser or proxy must not cache a failure.
      reply.header('vary', 'accept-language');
      reply.header('cache-control', 'public, max-age=60');
      return weather;
    },
  });
}
