export { diffWidget } from './diff-widget.ts';
export { type StreamWidgetOptions, streamWidget, type WidgetStates } from './stream-widget.ts';
export { WidgetTemplateError } from './template-values.ts';
export { WidgetTemplate } from './widget-template.ts';
