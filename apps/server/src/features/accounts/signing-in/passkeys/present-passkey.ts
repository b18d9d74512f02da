import type { PasskeyRow } from './queries.ts';

/** A passkey as its person sees it. Times are ISO 8601. */
export const presentPasskey = ({ id, name, backedUp, createdAt, lastUsedAt }: PasskeyRow) => ({
  id,
  name,
  backed_up: backedUp,
  created_at: createdAt.toISOString(),
  last_used_at: lastUsedAt?.toISOString() ?? null,
});
