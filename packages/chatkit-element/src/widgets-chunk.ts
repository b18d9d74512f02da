// The lazy part that draws widgets: many conversations have none. It runs on the main script's Preact.
export { WidgetRoot } from '@causerie/widgets';
export { default as widgetStyles } from '@causerie/widgets/widgets.css';
