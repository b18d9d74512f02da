/** A page of a list; `after` asks for the next. */
export type Page<T> = { data: T[]; has_more: boolean; after?: string };

/** Makes a page of `limit` rows out of up to one row more. */
export function pageOf<T extends { id: string }>(rows: T[], limit: number): Page<T> {
  const data = rows.slice(0, limit);
  const hasMore = rows.length > limit;
  const last = data.at(-1);
  return { data, has_more: hasMore, ...(hasMore && last ? { after: last.id } : {}) };
}
