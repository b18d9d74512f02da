import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { AppError } from '../errors.ts';
import { sendError } from './errors.ts';

/**
 * ReDoc (2.5.4) makes empty style elements and fills them with rules one by one, which no policy covers, and one element
 * with the styles of its scroll bar. The policy admits these two texts by their hashes and refuses every other.
 */
const stylesOfRedoc = [
  "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
  "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='",
].join(' ');

/** The built browser files. */
export type StaticRoots = { web: string; element: string };

/**
 * Serves the web app at `/`, with its page for every address that it may know, and the element at `/chatkit.js`; answers
 * addresses without a route. It looks for the files at each request: `npm run build` takes effect while the server runs.
 */
export async function registerStaticFiles(app: FastifyInstance, { web, element }: StaticRoots): Promise<void> {
  await app.register(fastifyStatic, { root: web, serve: false, cacheControl: false, suppressWarning: true });
  const file = { schema: { hide: true } };

  // Pages of other sites load the element.
  const embeddable = (reply: FastifyReply) =>
    reply
      .header('access-control-allow-origin', '*')
      .header('cross-origin-resource-policy', 'cross-origin')
      .header('cache-control', 'no-cache');
  // These handlers return nothing: Fastify awaits a returned reply once in each nested one, with listeners on each.
  app.get('/chatkit.js', file, (_request, reply) => {
    embeddable(reply).sendFile('chatkit.js', element);
  });
  app.get<{ Params: { '*': string } }>('/chatkit/*', file, (request, reply) => {
    embeddable(reply).sendFile(request.params['*'], join(element, 'chatkit'));
  });

  app.get('/', file, (_request, reply) => {
    sendPage(reply, web);
  });
  app.get('/redoc', file, (_request, reply) => {
    const policy = `${reply.getHeader('content-security-policy')};style-src 'self' ${stylesOfRedoc}`;
    reply.headers({ 'cache-control': 'no-cache', 'content-security-policy': policy }).sendFile('redoc/index.html', web);
  });
  app.get<{ Params: { '*': string } }>('/*', file, (request, reply) => {
    const path = request.params['*'];
    // Vite puts a hash of the content into these names.
    reply.header('cache-control', path.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
    reply.sendFile(path, web);
  });

  // Before the body of a request without a route is awaited; after the hooks that count requests.
  app.addHook('preParsing', async (request, reply) => {
    if (!request.is404 || request.method === 'GET' || request.method === 'HEAD') return;
    if (request.raw.complete === false) reply.header('connection', 'close');
    throw new AppError('not_found');
  });
  app.setNotFoundHandler((request, reply) => {
    const path = decoded(request.url.split('?', 1)[0]!);
    const isPage =
      (request.method === 'GET' || request.method === 'HEAD') &&
      !/^\/(api|ws|chatkit|assets|docs)(\/|$)/.test(path) &&
      (request.headers.accept ?? '').includes('text/html');
    if (isPage) sendPage(reply, web);
    else sendError(request, reply, new AppError('not_found'));
  });
}

/** The address as the router reads it: the router also matches `/%61pi/…`. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function sendPage(reply: FastifyReply, web: string): void {
  if (existsSync(join(web, 'index.html')))
    reply.code(200).header('cache-control', 'no-cache').sendFile('index.html', web);
  else
    reply
      .code(503)
      .header('cache-control', 'no-store')
      .type('text/plain; charset=utf-8')
      .send('The web app is not built yet. Run: npm run build\n');
}
