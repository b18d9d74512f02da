import type { Entry } from '../state/conversation.ts';

/** Consecutive entries that are drawn as one section: a question, and what answers it. */
export type Block = { key: string; entries: readonly Entry[]; endsTurn: boolean };

const longest = 40;

/**
 * Cuts the conversation into blocks: a new one at each user message, after each end of turn, and where one grows too
 * long to be drawn at once. An unchanged block keeps its identity, so it is not drawn again. An entry that began a block
 * goes on doing so when earlier items join in front of it: otherwise the nodes that hold the focus or a selection would be
 * made anew.
 */
export function blocksOf(entries: readonly Entry[], before: readonly Block[] = []): Block[] {
  const known = new Map(before.map((block) => [block.key, block]));
  const blocks: Block[] = [];
  let current: Entry[] = [];
  const close = (endsTurn: boolean) => {
    const first = current[0];
    if (!first) return;
    const old = known.get(first.key);
    const same =
      old?.endsTurn === endsTurn &&
      old.entries.length === current.length &&
      old.entries.every((entry, i) => entry === current[i]);
    blocks.push(same ? old : { key: first.key, entries: current, endsTurn });
    current = [];
  };
  for (const entry of entries) {
    if (entry.item.type === 'user_message') close(true);
    else if (current.length >= longest || known.has(entry.key)) close(false);
    current.push(entry);
    if (entry.item.type === 'end_of_turn') close(true);
  }
  close(true);
  return blocks;
}

/** All entries of the assistant's turn that ends with this block, oldest first. */
export function turnOf(blocks: readonly Block[], index: number): Entry[] {
  const turn: Entry[] = [];
  for (let at = index; at >= 0; at--) {
    const block = blocks[at]!;
    if (at < index && block.endsTurn) break;
    turn.unshift(...block.entries.filter((entry) => entry.item.type !== 'user_message'));
    if (block.entries[0]?.item.type === 'user_message') break;
  }
  return turn;
}
