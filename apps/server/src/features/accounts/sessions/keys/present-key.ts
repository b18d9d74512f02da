import type { KeyRow } from '../queries.ts';

/** An API key as its person sees it. Times are ISO 8601; a key without an end has none. */
export const presentKey = ({ id, name, hint, scopes, created_at, expires_at, last_used_at }: KeyRow) => ({
  id,
  name,
  hint,
  scopes,
  created_at: created_at.toISOString(),
  expires_at: expires_at instanceof Date ? expires_at.toISOString() : null,
  last_used_at: last_used_at?.toISOString() ?? null,
});
