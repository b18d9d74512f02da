import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A running scripted bucket. */
export type BucketServer = {
  endpoint: string;
  /** The stored files, by path. */
  objects: Map<string, Buffer>;
  /** The requests, as `PUT /bucket/key`. */
  asked: string[];
  /** While true, every answer is 503. */
  down: boolean;
  close(): void;
};

/**
 * The part of S3 that the server uses, over the real wire protocol. It checks signatures against `secret`, and supports
 * neither ACLs nor newer checksums.
 */
export async function startBucketServer(secret: string): Promise<BucketServer> {
  const objects = new Map<string, Buffer>();
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    asked.push(`${request.method} ${request.url}`);
    const refuse = (status: number, code: string) =>
      response
        .writeHead(status, { 'content-type': 'application/xml' })
        .end(request.method === 'HEAD' ? undefined : `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`);
    if (bucket.down) return refuse(503, 'ServiceUnavailable');
    if (!isSigned(request, body, secret)) return refuse(403, 'SignatureDoesNotMatch');
    if (request.headers['x-amz-acl'] || request.headers['x-amz-sdk-checksum-algorithm'])
      return refuse(400, 'AccessControlListNotSupported');
    const { pathname } = new URL(request.url!, bucket.endpoint);
    if (request.method === 'PUT') {
      objects.set(pathname, body);
      return response.writeHead(200, { etag: '"1"' }).end();
    }
    if (request.method === 'DELETE') {
      objects.delete(pathname);
      return response.writeHead(204).end();
    }
    const found = objects.get(pathname);
    if (!found) return refuse(404, 'NoSuchKey');
    const head = { 'content-length': found.length, 'last-modified': new Date(0).toUTCString(), etag: '"1"' };
    return response.writeHead(200, head).end(request.method === 'HEAD' ? undefined : found);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bucket: BucketServer = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    asked,
    down: false,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return bucket;
}

/** AWS Signature Version 4, from its description: header authentication. */
function isSigned(request: IncomingMessage, body: Buffer, secret: string): boolean {
  const found = /Credential=[^/]+\/(\d+)\/([\w-]+)\/s3\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=(\w+)/.exec(
    request.headers.authorization ?? '',
  );
  if (!found) return false;
  const [, day = '', region = '', names = '', signature] = found;
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const hash = (of: string | Buffer) => createHash('sha256').update(of).digest('hex');
  const { pathname, searchParams } = new URL(request.url!, 'http://bucket');
  searchParams.sort();
  const payload = String(request.headers['x-amz-content-sha256']);
  if (payload !== 'UNSIGNED-PAYLOAD' && payload !== hash(body)) return false;
  const headers = names.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}\n`);
  const canonical = [request.method, pathname, searchParams.toString(), headers.join(''), names, payload].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, hash(canonical)].join('\n');
  const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), 's3'), 'aws4_request');
  return hmac(key, text).toString('hex') === signature;
}
