// The lazy part that draws widgets, which many conversations do without. It runs on the main script's Preact.
export { WidgetRoot } from '@causerie/widgets';
export { default as widgetStyles } from '@causerie/widgets/widgets.css';
