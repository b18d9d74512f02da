import { ApiError, type NewCredential, type ShownCredential } from '@causerie/client';

/** The options from the server for the browser, as JSON. */
type Options = Record<string, unknown> & { challenge: string };

/**
 * Whether this page can use passkeys: over https or on localhost, at a host name (passkeys do not work for IP addresses), in a browser that
 * reads the options as JSON (Chromium 129, Firefox 119, Safari 18.4).
 */
export function passkeysWork(): boolean {
  const byNumber = /^[\d.]+$|:/.test(location.hostname);
  return window.isSecureContext && !byNumber && 'parseRequestOptionsFromJSON' in (window.PublicKeyCredential ?? {});
}

/** Makes the browser create a passkey; returns the JSON for the server. Throws the `ApiError` of `explain`. */
export async function makePasskey(options: Options): Promise<NewCredential> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    options as unknown as PublicKeyCredentialCreationOptionsJSON,
  );
  return asJson(await navigator.credentials.create({ publicKey }).catch(explain)) as NewCredential;
}

/** Makes the browser sign with a passkey; returns the JSON for the server. Throws the `ApiError` of `explain`. */
export async function showPasskey(options: Options): Promise<ShownCredential> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    options as unknown as PublicKeyCredentialRequestOptionsJSON,
  );
  return asJson(await navigator.credentials.get({ publicKey }).catch(explain)) as ShownCredential;
}

function asJson(credential: Credential | null): unknown {
  if (!(credential instanceof PublicKeyCredential)) return explain(undefined);
  return credential.toJSON();
}

/** Converts a refusal of the browser to an error with a sentence: `passkey_elsewhere`, `passkey_exists`, `passkey_cancelled`. */
function explain(cause: unknown): never {
  const name = cause instanceof DOMException ? cause.name : '';
  const code = { SecurityError: 'passkey_elsewhere', InvalidStateError: 'passkey_exists' }[name] ?? 'passkey_cancelled';
  throw new ApiError('The browser gave no passkey.', { status: 400, code, cause });
}
