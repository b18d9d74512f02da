import { useEffect, useReducer } from 'preact/hooks';
import { loadChunk } from '../assets.ts';
import { useScope } from './session-context.ts';

/** The parts that are loaded, and their style sheets: one of each for all elements on the page. */
const parts = new Map<string, unknown>();
const sheets = new Map<string, CSSStyleSheet>();

/** Loads a part before it is needed. A failure is reported when the part is needed. */
export function preloadPart(name: string): void {
  void loadPart(name).catch(() => {});
}

async function loadPart(name: string): Promise<void> {
  if (!parts.has(name)) parts.set(name, await loadChunk(name));
}

/**
 * Loads a part of the element that many chats do without, with its style sheet. Returns null until it is loaded.
 * @param onFailed called when it cannot be loaded, after the report to the page
 */
export function useLazyPart<Part>(
  name: string,
  stylesOf: (part: Part) => string,
  onFailed: () => void = () => {},
): Part | null {
  const { session, root } = useScope();
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (parts.has(name)) return;
    let wanted = true;
    loadPart(name).then(
      () => wanted && redraw(undefined),
      (error) => {
        session.report(error);
        if (wanted) onFailed();
      },
    );
    return () => {
      wanted = false;
    };
  }, []);
  const part = parts.get(name) as Part | undefined;
  if (!part) return null;
  let sheet = sheets.get(name);
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(stylesOf(part));
    sheets.set(name, sheet);
  }
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  return part;
}
