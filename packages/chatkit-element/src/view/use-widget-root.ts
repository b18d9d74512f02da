import type { WidgetRootProps } from '@causerie/widgets';
import type { ComponentType } from 'preact';
import { useLazyPart } from './lazy-part.ts';

type WidgetsChunk = { WidgetRoot: ComponentType<WidgetRootProps>; widgetStyles: string };

/** The component that draws widgets, once its part has been loaded. */
export function useWidgetRoot(): ComponentType<WidgetRootProps> | null {
  return useLazyPart('widgets', (part: WidgetsChunk) => part.widgetStyles)?.WidgetRoot ?? null;
}
