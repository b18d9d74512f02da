import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, createApp } from '../app.ts';
import { loadConfig } from '../config.ts';
import { type TestDatabase, testDatabase } from '../platform/database/testing.ts';

const directory = mkdtempSync(join(tmpdir(), 'causerie-empty-body-'));
let database: TestDatabase;
let app: App;

beforeAll(async () => {
  database = await testDatabase();
  const env = { DATA_DIR: directory, LOG_LEVEL: 'silent', RATE_LIMIT_PER_MINUTE: '0' };
  app = await createApp(loadConfig(env, directory), { database });
});
afterAll(async () => {
  await app.close();
  await database.close();
  rmSync(directory, { recursive: true });
});

type Operation = { requestBody?: { content: Record<string, { schema?: { required?: string[]; oneOf?: unknown[] } }> } };

/** What the page of the API says can be asked with a body or to change something. */
async function operations(): Promise<{ method: string; path: string; required: string[] | undefined }[]> {
  const { paths } = (await app.http.inject('/openapi.json')).json() as {
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
const somebody = async () => {
  const email = `p${++people}@example.org`;
  const payload = { email, password: 'correct horse' };
  const answer = await app.http.inject({ method: 'POST', url: '/api/v1/auth/register', payload });
  return { authorization: `Bearer ${answer.json().access_token}` };
};

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
    for (const headers of [{}, { 'content-type': 'application/json' }]) {
      const answer = await app.http.inject({
        method: method as 'POST',
        url,
        headers: { ...(await somebody()), ...headers },
      });
      const told = `${method} ${path}: ${answer.statusCode} ${answer.body}`;
      if (required === undefined) expect([400, 415, 422], told).not.toContain(answer.statusCode);
      else if (answer.statusCode !== 403 && answer.statusCode !== 404)
        expect(answer.json().error, told).toMatchObject({
          code: 'invalid_input',
          details: expect.arrayContaining([{ path: expect.stringMatching(/./), message: expect.any(String) }]),
        });
    }
  }
});

it('logging out without a body ends the session', async () => {
  const headers = await somebody();
  expect((await app.http.inject({ method: 'POST', url: '/api/v1/auth/logout', headers })).statusCode).toBe(204);
  expect((await app.http.inject({ url: '/api/v1/auth/me', headers })).statusCode).toBe(401);
});
