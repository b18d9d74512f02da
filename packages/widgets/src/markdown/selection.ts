/** What the reader has selected in the tree of `node`, which may be a shadow root's; undefined when that is nothing. */
export function selectedIn(node: Node): Range | undefined {
  const root = node.getRootNode() as Document | (ShadowRoot & { getSelection?(): Selection | null });
  // Engines tell of selections in shadow roots in different ways.
  const selection = ('getSelection' in root && root.getSelection?.()) || document.getSelection();
  if (!selection) return undefined;
  const shadowRoots = root instanceof ShadowRoot ? [root] : [];
  const found: AbstractRange | undefined =
    selection.getComposedRanges?.({ shadowRoots })[0] ??
    (selection.rangeCount > 0 ? selection.getRangeAt(0) : undefined);
  if (!found || found.collapsed) return undefined;
  const range = document.createRange();
  range.setStart(found.startContainer, found.startOffset);
  range.setEnd(found.endContainer, found.endOffset);
  return range;
}
