/** A bearer session: the token pair from `POST /api/v1/auth/login`, and the server that issued it. */
export type Tokens = {
  access_token: string;
  refresh_token: string;
  /** The server that accepts the tokens, without a trailing slash; empty for the page's own origin. */
  base_url: string;
};

/** Where a client keeps its bearer session. */
export type TokenStore = {
  get(): Tokens | undefined;
  set(tokens: Tokens | undefined): void;
};

/** Keeps tokens in memory, for the lifetime of the client. */
export function memoryTokens(): TokenStore {
  let tokens: Tokens | undefined;
  return {
    get: () => tokens,
    set: (next) => {
      tokens = next;
    },
  };
}

/**
 * Keeps tokens in a `Storage` such as `sessionStorage`, where they survive a reload of the tab. An unreadable entry counts
 * as no session. When the storage refuses to write (private windows, quota), the session lasts for this page only. Pass
 * a function where access to the storage itself may throw, as in browsers that block site data.
 */
export function storedTokens(storage: Storage | (() => Storage), key = 'causerie.tokens'): TokenStore {
  const memory = memoryTokens();
  const store = () => (typeof storage === 'function' ? storage() : storage);
  return {
    get() {
      const held = memory.get();
      if (held) return held;
      try {
        const value: unknown = JSON.parse(store().getItem(key) ?? 'null');
        if (isTokens(value)) memory.set(value);
      } catch {
        return undefined;
      }
      return memory.get();
    },
    set(tokens) {
      memory.set(tokens);
      try {
        if (tokens) store().setItem(key, JSON.stringify(tokens));
        else store().removeItem(key);
      } catch {
        // The page goes on with the copy in memory.
      }
    },
  };
}

function isTokens(value: unknown): value is Tokens {
  if (typeof value !== 'object' || value === null) return false;
  const { access_token, refresh_token, base_url } = value as Record<string, unknown>;
  return typeof access_token === 'string' && typeof refresh_token === 'string' && typeof base_url === 'string';
}
