import type { ItemNotice, NewItem } from '../types.ts';

/** The notice that lists receive of an item added at place `seq`; undefined for an item that is hidden from people. */
export const noticeOf = (item: NewItem, seq: number): ItemNotice | undefined =>
  item.hidden ? undefined : { id: item.id, seq, authorId: item.authorId ?? null, mentions: item.mentions ?? [] };
