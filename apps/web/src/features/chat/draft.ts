const key = 'causerie.draft';
/** How many conversations keep a draft; beyond that, the oldest draft is dropped. */
const mostDrafts = 20;

/** The drafts by conversation id, with their writer's id: the next person at this tab must not see them. */
type Drafts = {
  person: string;
  texts: Record<string, string>;
};

/** The key of a new conversation, which has no id yet. */
const placeOf = (thread: string | null) => thread ?? 'new';

/**
 * The draft of this conversation. It lasts as long as the tab, so that a reload, a visit to another page or the end of the
 * session does not lose the text.
 */
export function keptDraft(person: string, thread: string | null): string {
  return textsOf(person)[placeOf(thread)] ?? '';
}

/** Replaces the draft of this conversation; an empty text removes it. */
export function keepDraft(person: string, thread: string | null, text: string): void {
  const place = placeOf(thread);
  const { [place]: before = '', ...others } = textsOf(person);
  if (before === text) return;
  const texts = Object.entries(others).slice(1 - mostDrafts);
  if (text.trim() !== '') texts.push([place, text]);
  try {
    sessionStorage.setItem(key, JSON.stringify({ person, texts: Object.fromEntries(texts) } satisfies Drafts));
  } catch {
    // Storage is refused or full: the text then lasts as long as the page.
  }
}

/** Removes all drafts, as when their writer signs out. */
export function dropDrafts(): void {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // Without storage there are no drafts.
  }
}

function textsOf(person: string): Record<string, string> {
  try {
    const drafts = JSON.parse(sessionStorage.getItem(key) ?? 'null') as Partial<Drafts> | null;
    return drafts?.person === person ? { ...drafts.texts } : {};
  } catch {
    return {};
  }
}
