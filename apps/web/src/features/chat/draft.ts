const key = 'causerie.draft';
/** So many conversations keep what was not sent in them; beyond that, what was written longest ago goes. */
const mostDrafts = 20;

/** What was being written, by the conversation's id, and by whom: the next person at this tab is not shown it. */
type Drafts = {
  person: string;
  texts: Record<string, string>;
};

/** The conversation that a message will begin has no id yet. */
const placeOf = (thread: string | null) => thread ?? 'new';

/**
 * The text of the composer that was not sent yet, in this conversation. It lasts as long as the tab, so that a reload, a
 * look at another page or a session that ended costs nobody what they wrote.
 */
export function keptDraft(person: string, thread: string | null): string {
  return textsOf(person)[placeOf(thread)] ?? '';
}

/** Keeps the text in the place of the one before in this conversation; an empty one is kept by nobody. */
export function keepDraft(person: string, thread: string | null, text: string): void {
  const place = placeOf(thread);
  const { [place]: before = '', ...others } = textsOf(person);
  if (before === text) return;
  const texts = Object.entries(others).slice(1 - mostDrafts);
  if (text.trim() !== '') texts.push([place, text]);
  try {
    sessionStorage.setItem(key, JSON.stringify({ person, texts: Object.fromEntries(texts) } satisfies Drafts));
  } catch {
    // Storage refused or full: the text then lasts as long as the page.
  }
}

/** Forgets all of it, as when its writer signs out. */
export function dropDrafts(): void {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // Where nothing can be kept there is nothing to forget.
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
