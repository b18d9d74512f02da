import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { requireContract } from './contract.ts';

it('the server does not start with a route below /api that is not in the contract', async () => {
  const app = Fastify();
  requireContract(app);
  app.get('/api/account/storage', async () => 'known');
  app.options('/api/chatkit/proxy/*', async () => 'what browsers ask before they send');
  app.get('/elsewhere', async () => 'not of the API');
  expect(() => app.get('/api/v1/planted', async () => '')).toThrow('GET /api/v1/planted is not in the contract');
  expect(() => app.delete('/api/account/storage', async () => '')).toThrow('DELETE /api/account/storage');
  await app.close();
});
