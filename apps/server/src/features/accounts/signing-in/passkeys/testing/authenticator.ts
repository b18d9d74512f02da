import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** What a browser is asked for. */
export type Asked = { challenge: string; rpId?: string; rp?: { id?: string } };

/** CBOR (RFC 8949) as far as a passkey needs it: whole numbers, bytes, text and maps. */
function cbor(value: number | string | Buffer | Map<unknown, unknown>): Buffer {
  const head = (major: number, size: number): Buffer =>
    size < 24
      ? Buffer.from([(major << 5) | size])
      : size < 256
        ? Buffer.from([(major << 5) | 24, size])
        : Buffer.from([(major << 5) | 25, size >> 8, size & 255]);
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  const entries = [...value].flatMap(([key, of]) => [cbor(key as number), cbor(of as number)]);
  return Buffer.concat([head(5, value.size), ...entries]);
}

/** A passkey in software, as an authenticator keeps it: what a browser would send, also when it lies. */
export function createAuthenticator({ counts = true }: { counts?: boolean } = {}) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y } = publicKey.export({ format: 'jwk' }) as { x: string; y: string };
  const id = randomBytes(16);
  let counter = 0;
  const encode = (bytes: Buffer | string) => Buffer.from(bytes).toString('base64url');
  const clientData = (type: string, challenge: string, origin: string) =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  /** Flags: present and verified, and `0x40` for data of a new credential. */
  const authenticatorData = (rpId: string, flags: number, verified: boolean) => {
    if (counts) counter++;
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    const flag = flags | 0x01 | (verified ? 0x04 : 0);
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([flag]), count]);
  };
  const credential = { id: encode(id), rawId: encode(id), type: 'public-key', clientExtensionResults: {} };

  return {
    id: encode(id),
    /** Sets the counter back, as that of a copy is. */
    rewind(to: number): void {
      counter = to;
    },
    /** Answers `PublicKeyCredentialCreationOptions`. */
    create(asked: Asked, origin: string) {
      const coseKey = new Map<unknown, unknown>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x, 'base64url')],
        [-3, Buffer.from(y, 'base64url')],
      ]);
      const size = Buffer.from([0, id.length]);
      const data = Buffer.concat([
        authenticatorData(asked.rp!.id!, 0x40, true),
        Buffer.alloc(16),
        size,
        id,
        cbor(coseKey),
      ]);
      const attestation = new Map<unknown, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', data],
      ]);
      return {
        ...credential,
        response: {
          clientDataJSON: encode(clientData('webauthn.create', asked.challenge, origin)),
          attestationObject: encode(cbor(attestation)),
          transports: ['internal'],
        },
      };
    },
    /** Answers `PublicKeyCredentialRequestOptions`. */
    get(asked: Asked, origin: string, { verified = true }: { verified?: boolean } = {}) {
      const data = authenticatorData(asked.rpId!, 0, verified);
      const client = clientData('webauthn.get', asked.challenge, origin);
      const signed = Buffer.concat([data, createHash('sha256').update(client).digest()]);
      return {
        ...credential,
        response: {
          clientDataJSON: encode(client),
          authenticatorData: encode(data),
          signature: encode(sign('sha256', signed, privateKey)),
        },
      };
    },
  };
}
