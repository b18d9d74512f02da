/** Which shard holds a name: its first letter, so that one icon costs a few kilobytes and not the whole set. */
export function shardOf(name: string): string {
  return /^[a-z]/.test(name) ? name[0]! : '0';
}

type Shard = Record<string, string>;
const shards = new Map<string, Promise<Shard>>();

/**
 * Fetches the path data of a Lucide icon.
 * @param base the folder of the element's parts, with its closing slash; shards are in `<base>lucide/`.
 * @returns undefined when Lucide has no icon of that name. Rejects when the shard cannot be fetched; the next call tries again.
 */
export async function loadLucide(base: string, name: string): Promise<string | undefined> {
  // The name comes from a stranger and becomes part of an address only through shardOf: one letter or "0".
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) return undefined;
  const url = `${base}lucide/${shardOf(name)}.json`;
  let shard = shards.get(url);
  if (!shard) {
    shard = fetch(url, { credentials: 'omit' }).then((response) => {
      if (!response.ok) throw new Error(`Icons could not be loaded (${response.status})`);
      return response.json() as Promise<Shard>;
    });
    shards.set(url, shard);
    shard.catch(() => shards.delete(url));
  }
  const paths = await shard;
  const path = Object.hasOwn(paths, name) ? paths[name] : undefined;
  return typeof path === 'string' ? path : undefined;
}
