import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { AppError } from '../../../../errors.ts';
import type { Person } from '../../people/person.ts';
import type { Tickets } from '../tickets.ts';
import { ticketLifetime } from '../tickets.ts';
import type { PasskeyQueries, PasskeyRow } from './queries.ts';

/** So many passkeys one person may have. */
const mostPasskeys = 20;

/** EdDSA, ES256 and RS256 (IANA COSE): what authenticators have. Newer ones are experiments of the runtime's. */
const algorithms = [-8, -7, -257];

// 20 MB and a sixth of a second, which a server whose people use passwords need not pay.
const webauthn = () => import('@simplewebauthn/server');

export type Passkeys = ReturnType<typeof createPasskeys>;

/**
 * Passkeys (WebAuthn Level 3). The challenge is a ticket: it is used once, by the person and for the purpose it was made for.
 * A passkey verifies its person by itself, by a finger or a code, so it is both factors at once.
 *
 * `origin` is where people reach this server, such as `https://chat.example`. A passkey belongs to its host name.
 */
export function createPasskeys(deps: {
  queries: PasskeyQueries;
  tickets: Tickets;
  log?: { warn(details: object, message: string): void } | undefined;
  /** Whether a second factor is in force may be another now. */
  onChanged: () => void;
}) {
  const { queries, tickets, log, onChanged } = deps;
  const hostOf = (origin: string) => new URL(origin).hostname;

  /** The challenge that an answer was made for. */
  const challengeIn = (clientDataJson: string): string => {
    try {
      const { challenge } = JSON.parse(Buffer.from(clientDataJson, 'base64url').toString());
      if (typeof challenge === 'string') return challenge;
    } catch {
      // Not JSON: said below.
    }
    throw new AppError('sign_in_refused');
  };

  return {
    list: (personId: string): Promise<PasskeyRow[]> => queries.list(personId),

    /** What a browser needs to make a passkey (`PublicKeyCredentialCreationOptionsJSON`). */
    async beginNew(person: Person, origin: string) {
      const { generateRegistrationOptions } = await webauthn();
      const known = await queries.list(person.id);
      const options = await generateRegistrationOptions({
        rpName: 'Causerie',
        rpID: hostOf(origin),
        userName: person.email,
        userDisplayName: person.name,
        userID: new Uint8Array(Buffer.from(person.id)),
        challenge: challengeOf(await tickets.issue('new_passkey', person.id)),
        timeout: ticketLifetime,
        supportedAlgorithmIDs: algorithms,
        excludeCredentials: known.map(({ id, transports }) => ({ id, transports })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      });
      return { ...options };
    },

    /** Adds the passkey that a browser made. Throws `sign_in_expired`, `sign_in_refused`, `conflict`. */
    async add(
      person: Person,
      origin: string,
      { name, response }: { name: string; response: RegistrationResponseJSON },
    ) {
      const challenge = challengeIn(response.response.clientDataJSON);
      const ticket = await tickets.use('new_passkey', challenge);
      if (ticket?.personId !== person.id) throw new AppError('sign_in_expired');
      const { verifyRegistrationResponse } = await webauthn();
      const verified = await verifyRegistrationResponse({
        response,
        expectedChallenge: challenge,
        expectedOrigin: origin,
        expectedRPID: hostOf(origin),
        supportedAlgorithmIDs: algorithms,
      }).catch(refuse);
      if (!verified.verified) throw new AppError('sign_in_refused');
      const { credential, credentialBackedUp } = verified.registrationInfo;
      const added = await queries.add(
        {
          id: credential.id,
          personId: person.id,
          name,
          publicKey: Buffer.from(credential.publicKey),
          counter: credential.counter,
          transports: (response.response.transports ?? []).slice(0, 8),
          backedUp: credentialBackedUp,
        },
        mostPasskeys,
      );
      if (!added) throw new AppError('conflict', `This passkey is known already, or you have ${mostPasskeys}.`);
      return (await queries.find(credential.id))!;
    },

    /**
     * What a browser needs to show a passkey (`PublicKeyCredentialRequestOptionsJSON`).
     * @param personId whose passkeys are asked for, after the password; without it, whoever's the browser has
     */
    async begin(origin: string, personId: string | null) {
      const { generateAuthenticationOptions } = await webauthn();
      const asked = personId === null ? [] : await queries.list(personId);
      const options = await generateAuthenticationOptions({
        rpID: hostOf(origin),
        challenge: challengeOf(await tickets.issue('passkey', personId)),
        timeout: ticketLifetime,
        userVerification: 'required',
        ...(asked.length > 0 && { allowCredentials: asked.map(({ id, transports }) => ({ id, transports })) }),
      });
      return { ...options };
    },

    /**
     * Whose passkey was shown. Throws `sign_in_expired` for a challenge that is unknown, old or used, and `sign_in_refused` for
     * an answer that is not right: from another origin, by an unknown passkey, or by a copy of one.
     * @param personId who must have shown it, as given to `begin`
     */
    async finish(origin: string, response: AuthenticationResponseJSON, personId: string | null): Promise<string> {
      const challenge = challengeIn(response.response.clientDataJSON);
      const ticket = await tickets.use('passkey', challenge);
      if (!ticket || ticket.personId !== personId) throw new AppError('sign_in_expired');
      const row = await queries.find(response.id);
      if (!row || (personId !== null && row.personId !== personId)) throw new AppError('sign_in_refused');
      const { verifyAuthenticationResponse } = await webauthn();
      const verified = await verifyAuthenticationResponse({
        response,
        expectedChallenge: challenge,
        expectedOrigin: origin,
        expectedRPID: hostOf(origin),
        // The counter is compared where it is stored: two answers at once would both pass here.
        credential: { id: row.id, publicKey: new Uint8Array(row.publicKey), counter: 0, transports: row.transports },
      }).catch(refuse);
      if (!verified.verified) throw new AppError('sign_in_refused');
      const { newCounter, credentialBackedUp } = verified.authenticationInfo;
      if (!(await queries.use(row.id, newCounter, credentialBackedUp))) {
        log?.warn({ personId: row.personId, passkey: row.id }, 'a passkey counts backwards: there may be a copy of it');
        throw new AppError('sign_in_refused');
      }
      return row.personId;
    },

    /** Throws `not_found`. */
    async rename(personId: string, id: string, name: string): Promise<void> {
      if (!(await queries.rename(personId, id, name))) throw new AppError('not_found');
    },
    /** Throws `not_found`, `last_sign_in_way`. */
    async remove(personId: string, id: string): Promise<void> {
      if (!(await queries.remove(personId, id))) throw new AppError('not_found');
      onChanged();
    },
    /** Whether the password asks for a passkey as second factor. Throws `conflict` without a passkey. */
    async askAfterPassword(personId: string, wanted: boolean): Promise<void> {
      if (!(await queries.setAfterPassword(personId, wanted))) throw new AppError('conflict', 'Add a passkey first.');
      onChanged();
    },
  };
}

/** The bytes whose base64url the ticket is: browsers give them back so. */
const challengeOf = (ticket: string) => new Uint8Array(Buffer.from(ticket, 'base64url'));

function refuse(cause: unknown): never {
  throw new AppError('sign_in_refused', undefined, { cause });
}
