import type { ComponentType } from 'preact';
import { useEffect, useReducer } from 'preact/hooks';
import { loadChunk } from '../assets.ts';
import type { WidgetRootProps } from '../widgets/index.ts';
import { useScope } from './session-context.ts';

type WidgetsChunk = { WidgetRoot: ComponentType<WidgetRootProps>; widgetStyles: string };

let chunk: WidgetsChunk | undefined;
let sheet: CSSStyleSheet | undefined;

/** The component that draws widgets, once its part has been loaded; the style sheet comes with it. */
export function useWidgetRoot(): ComponentType<WidgetRootProps> | null {
  const { session, root } = useScope();
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (chunk) return;
    let wanted = true;
    loadChunk('widgets').then(
      (loaded) => {
        chunk = loaded as WidgetsChunk;
        if (wanted) redraw(undefined);
      },
      (error) => session.report(error),
    );
    return () => {
      wanted = false;
    };
  }, []);
  if (!chunk) return null;
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(chunk.widgetStyles);
  }
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  return chunk.WidgetRoot;
}
