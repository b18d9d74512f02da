export { WidgetRoot } from './root.tsx';
export type { ActionConfig, CustomComponent, WidgetHost, WidgetRootProps } from './widget-types.ts';
