import { parentPort, workerData } from 'node:worker_threads';
import { getDocumentProxy } from 'unpdf';

// The thread of pdf-text.ts.

const { bytes, characters } = workerData as { bytes: Uint8Array; characters: number };

async function read(): Promise<string> {
  const document = await getDocumentProxy(new Uint8Array(bytes), {
    // It fetches nothing, and draws nothing.
    useSystemFonts: false,
    disableFontFace: true,
    verbosity: 0,
  });
  let text = '';
  for (let number = 1; number <= document.numPages && text.length < characters; number++) {
    const page = await document.getPage(number);
    const { items } = await page.getTextContent();
    const words = items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('');
    if (words.trim()) text += `${text ? '\n\n' : ''}[Page ${number}]\n${words.trim()}`;
    page.cleanup();
  }
  return text.slice(0, characters);
}

parentPort!.postMessage(await read().catch(() => null));
