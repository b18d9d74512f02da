/**
 * A diagram's style sheet in which nothing names an address. The browser has parsed it before anything is looked at, so
 * no way of writing (`\75rl(`, comments, upper case) hides an address; a sheet that is not adopted loads nothing.
 */
export function ownSheet(css: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  dropAddresses(sheet);
  return sheet;
}

/** What loads in CSS, as the browser writes it out again. A reference into the drawing itself (`url("#arrow")`) may stay. */
const LOADS = /url\((?!["']?#)|(?:image-set|image|src|cross-fade|paint)\(/i;

/** A style sheet, or a rule that holds others. */
type Group = { cssRules: CSSRuleList; deleteRule(at: number): void };

function dropAddresses(group: Group): void {
  for (let at = group.cssRules.length - 1; at >= 0; at--) {
    const rule = group.cssRules[at]!;
    const style = rule instanceof CSSFontFaceRule ? undefined : (rule as Partial<CSSStyleRule>).style;
    if (style) dropFrom(style);
    if ('cssRules' in rule) dropAddresses(rule as unknown as Group);
    else if (!style) group.deleteRule(at);
  }
}

/** Takes out every property that could load something. @returns whether there was one. */
export function dropFrom(style: CSSStyleDeclaration): boolean {
  let found = false;
  for (const name of [...style]) {
    const value = style.getPropertyValue(name);
    // The words of a custom property are kept as they were written, and are read where it is used.
    const hidden = name.startsWith('--') && /[\\(]/.test(value);
    if (!hidden && !LOADS.test(value)) continue;
    style.removeProperty(name);
    found = true;
  }
  return found;
}
