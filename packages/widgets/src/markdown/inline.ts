// What the words of a paragraph, heading or cell are parsed into.

type Span = {
  /** Offsets in the text given to the parser. */
  from: number;
  to: number;
};
export type Inline = Span &
  (
    | { type: 'text'; text: string }
    | { type: 'code'; text: string }
    | { type: 'math'; text: string; display: boolean }
    /** `joined`: no space stands for it, as between two lines of Chinese. */
    | { type: 'break'; hard: boolean; joined?: boolean }
    | { type: 'em' | 'strong' | 'del'; children: Inline[] }
    | { type: 'tag'; tag: Tag; children: Inline[] }
    | { type: 'link'; href: string; title: string; children: Inline[] }
    | { type: 'image'; href: string; title: string; alt: string }
    | { type: 'footnote'; label: string; text: string }
  );

/** What a tag that models write is drawn as. They carry no attributes, and nothing else of HTML is read. */
export type Tag = 'sub' | 'sup' | 'kbd' | 'mark' | 'u' | 'small' | 'em' | 'strong' | 'del' | 'ins' | 'span';

/** The same with each link and footnote as the words it shows: a link holds no other link. */
export function withoutLinks(nodes: Inline[]): Inline[] {
  return nodes.flatMap((node): Inline[] => {
    if (node.type === 'link') return withoutLinks(node.children);
    if (node.type === 'footnote') return [{ type: 'text', text: node.text, from: node.from, to: node.to }];
    return 'children' in node ? [{ ...node, children: withoutLinks(node.children) }] : [node];
  });
}

/** What inline nodes say, without their form. */
export function inlineText(nodes: Inline[]): string {
  return nodes
    .map((node) => {
      if ('children' in node) return inlineText(node.children);
      if (node.type === 'break') return node.hard ? '\n' : node.joined ? '' : ' ';
      return node.type === 'image' ? node.alt : node.text;
    })
    .join('');
}

/** Moves nodes that were parsed from a part of a text to that part's place in it. */
export function shift(nodes: Inline[], by: number): void {
  for (const node of nodes) {
    node.from += by;
    node.to += by;
    if ('children' in node) shift(node.children, by);
  }
}
