// Footnotes: notes are drawn where their definitions' views say, kept here, and shown at the end of the document in the
// order in which they are referred to. What a note and its references say about each other is put right when one of them
// is new; a token of ordinary text costs nothing.

type Note = {
  item: HTMLElement;
  /** The ways back, behind the note's own content. */
  backs: HTMLElement;
};

function link(role: string, text: string, follow: () => void): HTMLAnchorElement {
  const anchor = document.createElement('a');
  // A fragment leads nowhere inside a shadow root; the address makes it a link, the script leads there.
  anchor.href = '#';
  anchor.setAttribute('role', role);
  anchor.textContent = text;
  anchor.onclick = (event) => {
    event.preventDefault();
    follow();
  };
  return anchor;
}

/** The notes of one document. */
export class Footnotes {
  /** Stands behind everything else, while there are notes that something refers to. */
  readonly element = document.createElement('section');
  readonly #list = document.createElement('ol');
  readonly #notes = new Map<string, Note>();
  /** References by the note they lead to, in the order of the document, which is that of the numbers. */
  #marks = new Map<string, HTMLElement[]>();
  /** The last of them outside the notes. */
  #last: HTMLElement | undefined;
  /** References drawn since they were put in order. */
  #fresh: HTMLElement[] = [];
  #changed = false;

  constructor() {
    this.element.className = 'footnotes';
    this.element.append(this.#list);
  }

  /** Has `content` shown as the note `label`. Of two notes of that name the first counts. */
  define(label: string, content: HTMLElement): void {
    if (this.#notes.has(label)) return;
    const item = document.createElement('li');
    // Where a reference leads: it can have the focus, but is no stop of the Tab key.
    item.tabIndex = -1;
    const backs = document.createElement('span');
    backs.className = 'footnote-backs';
    item.append(content, backs);
    this.#notes.set(label, { item, backs });
    this.#changed = true;
  }

  /** Forgets the note that shows `content`. */
  drop(label: string, content: HTMLElement): void {
    const note = this.#notes.get(label);
    if (note?.item !== content.parentElement) return;
    note.item.remove();
    this.#notes.delete(label);
    this.#changed = true;
  }

  /** Makes `mark` a reference to the note `label`. */
  refer(mark: HTMLElement, label: string): void {
    if (mark.dataset.note === label) return;
    mark.dataset.note = label;
    mark.replaceChildren(link('doc-noteref', label, () => this.#notes.get(mark.dataset.note!)?.item.focus()));
    this.#fresh.push(mark);
  }

  /** Numbers the references in `root` in their order, and puts the notes in it. With `done`, for the last time. */
  arrange(root: HTMLElement, done: boolean): void {
    const fresh = this.#fresh;
    this.#fresh = [];
    const all = this.#changed || (done && this.#notes.size > 0);
    if (!all && fresh.every((mark) => this.#follows(root, mark))) return;
    this.#changed = false;
    this.#marks = new Map();
    this.#last = undefined;
    const collect = (within: HTMLElement) => {
      for (const mark of within.querySelectorAll<HTMLElement>('sup[data-note]')) {
        if (within === root && this.element.contains(mark)) break;
        this.#add(mark);
        if (within === root) this.#last = mark;
      }
    };
    // The notes stand last.
    collect(root);
    // Notes refer to others: those follow, and are gone through in their turn.
    for (const label of this.#marks.keys()) collect(this.#notes.get(label)!.item);
    for (const [i, label] of [...this.#marks.keys()].entries()) this.#show(label, i);
    while (this.#list.childElementCount > this.#marks.size) this.#list.lastElementChild!.remove();
    if (this.#marks.size === 0) this.element.remove();
    else if (!this.element.parentNode) root.append(this.element);
  }

  /** Adds a reference that stands behind all others, and to a note that has been referred to: nothing else changes. */
  #follows(root: HTMLElement, mark: HTMLElement): boolean {
    const last = this.#last;
    if (!last || !root.contains(last) || this.element.contains(mark) || !this.#marks.has(mark.dataset.note!))
      return false;
    if (!(last.compareDocumentPosition(mark) & Node.DOCUMENT_POSITION_FOLLOWING)) return false;
    this.#add(mark);
    this.#last = mark;
    const label = mark.dataset.note!;
    const { item } = this.#notes.get(label)!;
    const number = [...this.#list.children].indexOf(item);
    this.#show(label, number, this.#marks.get(label)!.length - 1);
    return true;
  }

  #add(mark: HTMLElement): void {
    const label = mark.dataset.note!;
    const known = this.#marks.get(label);
    if (known) known.push(mark);
    else if (this.#notes.has(label)) this.#marks.set(label, [mark]);
  }

  /** Shows the note `label` at its place, and its references from the one numbered `from` on with its number. */
  #show(label: string, place: number, from = 0): void {
    const { item, backs } = this.#notes.get(label)!;
    const references = this.#marks.get(label)!;
    // Only what stands elsewhere is moved, since moving takes the focus away.
    if (this.#list.children[place] !== item) this.#list.insertBefore(item, this.#list.children[place] ?? null);
    const number = String(place + 1);
    for (let i = from; i < references.length; i++) {
      const mark = references[i]!.firstElementChild as HTMLElement;
      if (mark.textContent !== number) mark.textContent = number;
      // One way back for each reference: ↩, ↩2, ↩3.
      let back = backs.children[i] as HTMLAnchorElement | undefined;
      if (!back) {
        back = link('doc-backlink', i ? `↩${i + 1}` : '↩', () =>
          this.#marks.get(label)?.[i]?.querySelector('a')?.focus(),
        );
        backs.append(back);
      }
      const name = i ? `${number}-${i + 1}` : number;
      if (back.ariaLabel !== name) back.ariaLabel = name;
    }
    while (backs.childElementCount > references.length) backs.lastElementChild!.remove();
  }
}
