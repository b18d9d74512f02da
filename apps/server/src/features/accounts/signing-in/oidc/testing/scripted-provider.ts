import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a scripted provider says, each turn. */
export type Script = {
  /** Claims of the ID token, over those that are right. `undefined` leaves one out. */
  claims: Record<string, unknown>;
  /** What discovery says, over what is right. */
  metadata: Record<string, unknown>;
  /** Another answer than the right one, for a path. */
  answers: Record<string, { status: number; headers?: Record<string, string>; body?: string }>;
  /** Paths that are answered after so many milliseconds. */
  delays: Record<string, number>;
  /** Signs with a key that is not among those it publishes. */
  foreignKey: boolean;
};

/** A provider that lies, over real HTTP: what a well-behaved one would never say. */
export async function startScriptedProvider() {
  const script: Script = { claims: {}, metadata: {}, answers: {}, delays: {}, foreignKey: false };
  const keys = [0, 1].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }));
  const asked: { path: string; body: string }[] = [];
  let nonce = '';
  let challenge = '';

  const server = createServer(async (request, response) => {
    const url = new URL(request.url!, issuer());
    let body = '';
    for await (const piece of request) body += piece;
    asked.push({ path: url.pathname, body });
    const delay = script.delays[url.pathname];
    if (delay) await new Promise((resolve) => setTimeout(resolve, delay));
    const other = script.answers[url.pathname];
    if (other) return response.writeHead(other.status, other.headers).end(other.body);
    const json = (value: object) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (url.pathname === '/.well-known/openid-configuration')
      return json({
        issuer: issuer(),
        authorization_endpoint: `${issuer()}/authorize`,
        token_endpoint: `${issuer()}/token`,
        userinfo_endpoint: `${issuer()}/userinfo`,
        jwks_uri: `${issuer()}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        ...script.metadata,
      });
    if (url.pathname === '/jwks')
      return json({
        keys: [{ ...keys[0]!.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }],
      });
    if (url.pathname === '/token') {
      // PKCE, as a provider checks it.
      const verifier = new URLSearchParams(body).get('code_verifier') ?? '';
      if (createHash('sha256').update(verifier).digest('base64url') !== challenge)
        return response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_grant"}');
      return json({ access_token: 'access', token_type: 'bearer', id_token: idToken() });
    }
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function idToken(): string {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: issuer(),
      aud: 'causerie',
      sub: 'subject',
      nonce,
      iat: now,
      exp: now + 300,
      email: 'eve@example.org',
      email_verified: true,
      ...script.claims,
    };
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${encode({ alg: 'RS256', typ: 'JWT', kid: 'one' })}.${encode(claims)}`;
    const key = keys[script.foreignKey ? 1 : 0]!.privateKey;
    return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
  }

  return {
    script,
    asked,
    get issuer() {
      return issuer();
    },
    /** What a browser does that signs in: takes note of what was asked, and says how it comes back. */
    authorize(address: string): string {
      const { searchParams } = new URL(address);
      nonce = searchParams.get('nonce')!;
      challenge = searchParams.get('code_challenge')!;
      return `code=a-code&state=${searchParams.get('state')}`;
    },
    reset() {
      Object.assign(script, { claims: {}, metadata: {}, answers: {}, delays: {}, foreignKey: false });
    },
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}
