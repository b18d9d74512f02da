/**
 * Finds the element's files. `chatkit.js` is one classic script; its parts are modules in `chatkit/` beside it, so their
 * address follows from the script's own, which is known only while the script first runs. A page whose server has
 * something else at that address names the folder: `<script src="…/chatkit.js" data-parts="/assets/chat/">`.
 */
const script = typeof document === 'undefined' ? null : (document.currentScript as HTMLScriptElement | null);

/** The folder of `chatkit.js`, with its closing slash. */
export const base: string = new URL('.', script?.src || globalThis.document?.baseURI || 'http://localhost/').href;

/** The folder of the parts, with its closing slash. */
export const parts: string = script?.dataset.parts
  ? new URL(script.dataset.parts.replace(/\/?$/, '/'), document.baseURI).href
  : `${base}chatkit/`;

const chunks = new Map<string, Promise<unknown>>();

/** Loads a part of the element (`highlight`, `katex`, `locales/fr-FR`…) once. After a failure the next call tries again. */
export function loadChunk(name: string): Promise<unknown> {
  let chunk = chunks.get(name);
  if (!chunk) {
    const url = `${parts}${name}.js`;
    chunk = import(/* @vite-ignore */ url);
    chunks.set(name, chunk);
    chunk.catch(() => chunks.delete(name));
  }
  return chunk;
}
