/** What a token is in each scheme, as CSS. */
export type Token = readonly [light: string, dark: string];

/** A colour, its parentheses included, as far as the tokens nest them. */
const color = String.raw`((?:[^(),]|\([^()]*\))+)`;
const pair = new RegExp(String.raw`light-dark\(\s*${color},\s*${color}\)`, 'g');

/**
 * The custom properties of a style sheet such as `tokens.css`, minified or as it is written, by their name without the
 * dashes: for what cannot follow `color-scheme`, as e-mails, and for what is computed from them.
 */
export function readTokens(sheet: string): Record<string, Token> {
  const tokens: Record<string, Token> = {};
  for (const [, name, value] of sheet.replace(/\/\*[\s\S]*?\*\//g, '').matchAll(/--([\w-]+):\s*([^;}]+)/g)) {
    const plain = value!.trim().replace(/\s+/g, ' ');
    tokens[name!] = [plain.replace(pair, '$1'), plain.replace(pair, '$2')];
  }
  return tokens;
}
