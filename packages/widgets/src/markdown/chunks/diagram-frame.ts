// Where diagrams are drawn: a frame in which nothing can be loaded.
//
// What Mermaid makes of a text may hold images (`img:` shapes, HTML in labels), and an image that stands in a document is
// asked for, shown or not: a diagram would tell its author's server who reads it. What the text may hold cannot be listed
// for good, so Mermaid works in a document whose policy forbids every load. What comes out is rebuilt from a list of
// allowed elements (mermaid.ts) before it enters the conversation.

import { ownSheet } from './diagram-rules.ts';

/** What mermaid.js leaves in its frame's window. */
type Draw = (source: string, scheme: 'light' | 'dark') => Promise<{ svg: SVGSVGElement; rules: string }>;

/** Known to both documents, which share no module. */
export const drawKey = 'causerie.drawDiagram';

let frame: HTMLIFrameElement | undefined;
let opened: Promise<Draw> | undefined;

function openFrame(): Promise<Draw> {
  frame?.remove();
  frame = document.createElement('iframe');
  frame.inert = true;
  frame.tabIndex = -1;
  frame.setAttribute('aria-hidden', 'true');
  // Text has a size only where it is laid out: in sight of nobody, but not `display: none`.
  frame.style.cssText =
    'position:fixed;inset:0 auto auto 0;inline-size:752px;block-size:1px;border:0;visibility:hidden;pointer-events:none';
  document.body.append(frame);
  const inside = frame.contentDocument!;
  const url = new URL('mermaid.js', import.meta.url).href;
  const policy = inside.createElement('meta');
  policy.httpEquiv = 'Content-Security-Policy';
  // The page's own policy holds in here too.
  policy.content = `default-src 'none'; script-src ${url}; base-uri 'none'; form-action 'none'`;
  inside.head.append(policy);
  const script = inside.createElement('script');
  script.type = 'module';
  script.src = url;
  const ready = new Promise<Draw>((resolve, reject) => {
    script.onload = () => {
      const draw = (frame?.contentWindow as unknown as Record<string, Draw> | null)?.[drawKey];
      if (draw) resolve(draw);
      else reject(new Error('Mermaid did not start'));
    };
    script.onerror = () => reject(new Error('Mermaid was not loaded'));
  });
  inside.head.append(script);
  return ready;
}

/** Draws `source`. Rejects when Mermaid does not understand it, or it would have loaded something. */
export async function drawDiagram(
  source: string,
  scheme: 'light' | 'dark',
): Promise<{ svg: SVGSVGElement; sheet: CSSStyleSheet }> {
  // A page that draws itself anew may have taken the frame away.
  if (!frame?.isConnected) opened = undefined;
  opened ??= openFrame();
  opened.catch(() => {
    opened = undefined;
  });
  const { svg, rules } = await (await opened)(source, scheme);
  return { svg: document.adoptNode(svg), sheet: ownSheet(rules) };
}
