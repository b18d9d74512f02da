import type { ItemNotice, NewItem } from '../types.ts';

/** What lists are told of an item that was added at a place in its conversation; nothing of what no person sees. */
export const noticeOf = (item: NewItem, seq: number): ItemNotice | undefined =>
  item.hidden ? undefined : { id: item.id, seq, authorId: item.authorId ?? null, mentions: item.mentions ?? [] };
