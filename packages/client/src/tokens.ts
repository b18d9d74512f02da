/** A bearer session: the pair that `POST /api/v1/auth/login` gave, and which server gave it. */
export type Tokens = {
  access_token: string;
  refresh_token: string;
  /** The server these are good at, without a trailing slash; empty for the page's own origin. */
  base_url: string;
};

/** Where a client keeps its bearer session. */
export type TokenStore = {
  get(): Tokens | undefined;
  set(tokens: Tokens | undefined): void;
};

/** Tokens that last as long as the client. */
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
 * Tokens that survive a reload of the tab, in a `Storage` such as `sessionStorage`. Anything unreadable in it counts as
 * no session, and a storage that refuses to write (private windows, quota) keeps the session for this page only. Give a
 * function where looking at the storage may be refused itself, as browsers do that block site data.
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
        // The page keeps working on the copy in memory.
      }
    },
  };
}

function isTokens(value: unknown): value is Tokens {
  if (typeof value !== 'object' || value === null) return false;
  const { access_token, refresh_token, base_url } = value as Record<string, unknown>;
  return typeof access_token === 'string' && typeof refresh_token === 'string' && typeof base_url === 'string';
}
