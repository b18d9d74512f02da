import type { Store, ThreadItem, ThreadMetadata } from '@causerie/chatkit';
import { cutToTokens, tokensOf } from './tokens.ts';
import { isNoteItem } from './waiting-calls.ts';

/** How much of a thread a model receives. */
export type HistoryLimits = {
  /** The most items; those after the newest message come in addition. */
  items: number;
  /** For all items together, as JSON. */
  tokens: number;
  /** For the newest message (at least a quarter) and the items after it; always present, and cut where they are longer. */
  newestTokens: number;
};

/** More than the calls of one question can leave behind, with all its steps. */
const mostOfTurn = 500;

/**
 * The end of a thread, oldest first, within the limits: an answer in a thread of ten thousand messages costs what it costs
 * in one of sixty. It begins with a message of a person where one is in reach, since an answer without its question
 * misleads a model, and some providers refuse it. The newest message and the items after it (a tool's result) are always
 * present, if only their beginnings. Since it begins with a message, calls and their notes stay together.
 */
export async function loadHistory<Context>(
  store: Store<Context>,
  thread: ThreadMetadata,
  context: Context,
  limits: HistoryLimits,
): Promise<ThreadItem[]> {
  const { data, hasMore } = await loadTurn(store, thread, context, limits.items);
  const kept: ThreadItem[] = [];
  let tokens = 0;
  let current = true;
  for (const found of data) {
    if (!current && kept.length >= limits.items) break;
    // This server parses a note, and could not parse a part of it; a note has a limit of its own.
    const whole = !current || isNoteItem(found);
    // Newer results are met first: they leave a quarter to the message that asked for them.
    const quarter = limits.newestTokens / 4;
    const most =
      found.type === 'user_message'
        ? Math.max(quarter, limits.newestTokens - tokens)
        : Math.max(0, limits.newestTokens - quarter - tokens);
    const item = whole ? found : withinTokens(found, Math.floor(most));
    tokens += tokensOf(JSON.stringify(item));
    if (!current && tokens > limits.tokens) break;
    kept.push(item);
    if (item.type === 'user_message') current = false;
  }
  kept.reverse();
  if (kept.length === data.length && !hasMore) return kept;
  const start = kept.findIndex((item) => item.type === 'user_message');
  return start > 0 ? kept.slice(start) : kept;
}

/** The newest items, newest first: `most`, or more where the newest message lies further back. */
async function loadTurn<Context>(
  store: Store<Context>,
  thread: ThreadMetadata,
  context: Context,
  most: number,
): Promise<{ data: ThreadItem[]; hasMore: boolean }> {
  const data: ThreadItem[] = [];
  let after: string | undefined;
  for (;;) {
    const page = await store.loadThreadItems(
      thread.id,
      { limit: most, order: 'desc', ...(after && { after }) },
      context,
    );
    data.push(...page.data);
    after = page.after ?? undefined;
    const found = page.data.some((item) => item.type === 'user_message');
    if (found || !page.has_more || !after) return { data, hasMore: page.has_more };
    if (data.length >= mostOfTurn) return { data: data.slice(0, most), hasMore: true };
  }
}

/** The item with at most this much text; it names what is missing, so that the model does not guess. */
function withinTokens(item: ThreadItem, most: number): ThreadItem {
  if (tokensOf(JSON.stringify(item)) <= most) return item;
  let left = most;
  const cut = (text: string): string => {
    const part = cutToTokens(text, left);
    left = Math.max(0, left - tokensOf(part));
    return part.length === text.length
      ? text
      : `${part}\n[Cut off here: ${text.length - part.length} characters more.]`;
  };
  switch (item.type) {
    case 'user_message':
      return {
        ...item,
        content: item.content.map((part) => ({ ...part, text: cut(part.text) })),
        ...(item.quoted_text && { quoted_text: cut(item.quoted_text) }),
      };
    case 'assistant_message':
      return { ...item, content: item.content.map((part) => ({ ...part, text: cut(part.text) })) };
    case 'client_tool_call':
      return { ...item, output: cut(JSON.stringify(item.output ?? null)) };
    case 'structured_input':
      return {
        ...item,
        inputs: item.inputs.map((question) =>
          question.answer
            ? { ...question, answer: { ...question.answer, values: question.answer.values.map(cut) } }
            : question,
        ),
      };
    case 'hidden_context_item':
    case 'sdk_hidden_context':
      return typeof item.content === 'string' ? { ...item, content: cut(item.content) } : item;
    default:
      return item;
  }
}
