// The lazy part that draws widgets: many conversations have none. It runs on the main script's Preact.
export { WidgetRoot, widgetStyles } from '@causerie/widgets';
