// What the build puts in the place of Mermaid's inline styles; see styles-from-script.ts.

/** `setAttribute` by way of the CSSOM where the attribute is a style. */
export function setAttribute(element: Element, name: string, value: string): void {
  if (name === 'style') (element as SVGElement).style.cssText = String(value);
  else element.setAttribute(name, value);
}

/** Instead of `<style>`: carries rules along in the drawing without being a style sheet to the browser. */
export function createStyle(): SVGElement {
  return document.createElementNS('http://www.w3.org/2000/svg', 'metadata');
}

let measuring: CSSStyleSheet | undefined;

/** Has `rules`, which name the drawing by its id, apply while it is made: what is measured is what will be shown. */
export function setRules(carrier: Element, rules: string): void {
  carrier.textContent = rules;
  dropRules();
  measuring = new CSSStyleSheet();
  // The frame's policy keeps it from loading anything.
  measuring.replaceSync(rules);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, measuring];
}

let kept: Element | undefined;

/** The drawing itself, for `takeDrawing`, in place of its markup. */
export function keepDrawing(holder: Element): string {
  kept = holder.firstElementChild ?? undefined;
  return '';
}

/** What was drawn last, and nothing the next time. Its rules no longer apply in the document. */
export function takeDrawing(): Element | undefined {
  const drawing = kept;
  kept = undefined;
  dropRules();
  return drawing;
}

function dropRules(): void {
  if (!measuring) return;
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== measuring);
  measuring = undefined;
}
