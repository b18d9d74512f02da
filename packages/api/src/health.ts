import { z } from 'zod';
import { route } from './route.ts';

const readiness = z.object({
  /** `degraded`: a part is away that the server can do without for a while. */
  status: z.enum(['ok', 'degraded', 'failed']),
  /** Each part by name: `ok`, `failed`, `degraded` or `full`. */
  checks: z.record(z.string(), z.enum(['ok', 'failed', 'degraded', 'full'])),
});

/** For load balancers and process managers. */
export const healthRoutes = {
  health: route({
    method: 'GET',
    path: '/health',
    caller: 'anybody',
    tag: 'health',
    summary: 'Check that the process answers',
    answers: { 200: z.object({ status: z.string() }) },
  }),
  ready: route({
    method: 'GET',
    path: '/ready',
    caller: 'anybody',
    tag: 'health',
    summary: 'Check that every part the server depends on answers',
    answers: { 200: readiness, 503: readiness },
  }),
};
