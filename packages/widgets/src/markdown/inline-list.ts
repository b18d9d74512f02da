import type { Inline } from './inline.ts';

export type Node = {
  value: Inline;
  previous: Node | undefined;
  next: Node | undefined;
};

/** The nodes parsed so far, in a list that marks found later can still wrap or take apart. */
export class InlineList {
  readonly first: Node = { value: { type: 'text', text: '', from: 0, to: 0 }, previous: undefined, next: undefined };
  last: Node = this.first;

  push(value: Inline): Node {
    const node: Node = { value, previous: this.last, next: undefined };
    this.last.next = node;
    this.last = node;
    return node;
  }

  remove(node: Node): void {
    if (node.previous) node.previous.next = node.next;
    if (node.next) node.next.previous = node.previous;
    else this.last = node.previous!;
  }

  /** Takes out `node` and all that stands after it. */
  drop(node: Node): void {
    this.last = node.previous!;
    this.last.next = undefined;
  }

  /** The same. @returns what stood after it. */
  take(node: Node): Inline[] {
    const inner = node.next;
    if (inner) inner.previous = undefined;
    this.drop(node);
    return collect(inner);
  }

  /** Puts what stands between `start` and `end` (the end of the list without one) into one node, made by `wrap`. */
  wrap(start: Node, end: Node | undefined, wrap: (children: Inline[]) => Inline): void {
    const inner = start.next === end ? undefined : start.next;
    if (inner) {
      inner.previous = undefined;
      const lastInner = end ? end.previous! : this.last;
      lastInner.next = undefined;
    }
    const node: Node = { value: wrap(collect(inner)), previous: start, next: end };
    start.next = node;
    if (end) end.previous = node;
    else this.last = node;
  }

  all(): Inline[] {
    return collect(this.first.next);
  }
}

/** The list from `node` on as an array, neighbouring text joined where the source is continuous and undisguised. */
function collect(node: Node | undefined): Inline[] {
  const out: Inline[] = [];
  for (let at = node; at; at = at.next) {
    const { value } = at;
    const last = out.at(-1);
    if (value.type !== 'text') out.push(value);
    else if (value.text === '') continue;
    else if (last?.type === 'text' && last.to === value.from && plain(last) && plain(value)) {
      last.text += value.text;
      last.to = value.to;
    } else out.push({ ...value });
  }
  return out;
}

function plain(text: Inline & { type: 'text' }): boolean {
  return text.text.length === text.to - text.from;
}
