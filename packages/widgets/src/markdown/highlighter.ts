import type { Colored, HighlightModule } from './code-view.ts';

const loaded = new Map<string, Promise<HighlightModule>>();

/**
 * Colours code beside the page. Reading forty grammars and compiling the first one took 25 ms of the page's own time,
 * 100 on a slow device, in the middle of an answer; a worker spends its own. Where none may be had (the script comes
 * from another origin, or the page's policy forbids it) the page does it itself.
 *
 * @param url the part `highlight.js`, which is started once for all callers.
 * @param loadChunk loads the same part into the page.
 */
export function loadHighlighter(
  url: string,
  loadChunk: (name: 'highlight') => Promise<unknown>,
): Promise<HighlightModule> {
  let highlighter = loaded.get(url);
  if (!highlighter) {
    highlighter = startWorker(url).catch(() => loadChunk('highlight') as Promise<HighlightModule>);
    loaded.set(url, highlighter);
    highlighter.catch(() => loaded.delete(url));
  }
  return highlighter;
}

/** Resolves when the worker has said that it is there. It answers in the order in which it was asked. */
function startWorker(url: string): Promise<HighlightModule> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(url, { type: 'module' });
    const waiting: ((lines: Colored[][] | undefined) => void)[] = [];
    const highlight = (code: string, language: string) =>
      new Promise<Colored[][] | undefined>((answer) => {
        waiting.push(answer);
        worker.postMessage([code, language]);
      });
    worker.onmessage = ({ data }: MessageEvent<Colored[][] | undefined | 'ready'>) => {
      if (data === 'ready') resolve({ default: highlight });
      else waiting.shift()?.(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error('no worker'));
    };
  });
}
