import { expect, it } from 'vitest';
import { world } from '../../testing/world.ts';

const { server } = await world({ people: [] });

type Operation = { requestBody?: { content: Record<string, { schema?: { required?: string[]; oneOf?: unknown[] } }> } };

/** What the page of the API says can be asked with a body or to change something. */
async function operations(): Promise<{ method: string; path: string; required: string[] | undefined }[]> {
  const { paths } = (await server.get('/openapi.json')).body as {
    paths: Record<string, Record<string, Operation>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { requestBody }]) => {
      if (method === 'get' || method === 'head' || method === 'options') return [];
      const schema = requestBody?.content['application/json']?.schema;
      const required = schema?.oneOf ? ['one of several'] : (schema?.required ?? undefined);
      return [{ method: method.toUpperCase(), path, required: required?.length ? required : undefined }];
    }),
  );
}

let people = 0;
const somebody = () => server.signUp(`p${++people}`);

it('every route that needs no field takes a request without a body; every other names what is missing', async () => {
  const all = await operations();
  const free = all.filter(({ required }) => required === undefined).map(({ method, path }) => `${method} ${path}`);
  // The protocol's own requests are read by the protocol, and files come as what they are.
  const own = /^POST \/api\/(chatkit$|chatkit\/proxy|attachments)|^PUT \/api\/attachments/;
  for (const name of ['POST /api/v1/auth/logout', 'POST /api/auth/sign-out', 'POST /api/chatkit/session'])
    expect(free).toContain(name);
  for (const { method, path, required } of all) {
    if (own.test(`${method} ${path}`)) continue;
    const url = path.replace(/\{[^}]+\}/g, 'nothing');
    for (const headers of [{}, { 'content-type': 'application/json' }] as Record<string, string>[]) {
      const answer = await (await somebody()).send(method, url, undefined, headers);
      const told = `${method} ${path}: ${answer.status} ${answer.text}`;
      if (required === undefined) expect([400, 415, 422], told).not.toContain(answer.status);
      else if (answer.status !== 403 && answer.status !== 404)
        expect(answer.body.error, told).toMatchObject({
          code: 'invalid_input',
          details: expect.arrayContaining([{ path: expect.stringMatching(/./), message: expect.any(String) }]),
        });
    }
  }
});

it('logging out without a body ends the session', async () => {
  const person = await somebody();
  expect((await person.send('POST', '/api/v1/auth/logout')).status).toBe(204);
  expect((await person.get('/api/v1/auth/me')).status).toBe(401);
});
