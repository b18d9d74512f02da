export type { ActionConfig, CustomComponent, WidgetHost, WidgetRootProps } from './host.ts';
export { WidgetRoot } from './root.tsx';
