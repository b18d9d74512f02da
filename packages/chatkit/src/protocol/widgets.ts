// Over 400 lines: the components form one table.
import { z } from 'zod';
import { iconNameSchema } from './icons.ts';
import {
  actionSlotSchema,
  alignmentSchema,
  blockSizeProps,
  borderSchema,
  captionSizeSchema,
  cardActionSchema,
  colorSchema,
  controlSizeSchema,
  controlVariantSchema,
  curveTypeSchema,
  directionSchema,
  gutterSizeSchema,
  iconSizeSchema,
  justificationSchema,
  lengthSchema,
  radiusSchema,
  spacingSchema,
  textAlignSchema,
  textSizeSchema,
  themeSchema,
  titleSizeSchema,
  weightSchema,
  widgetStatusSchema,
} from './widget-tokens.ts';

const text = z.string().optional();
const flag = z.boolean().optional();
const count = z.number().int().optional();
const action = actionSlotSchema.optional();
const named = { key: text, id: text };

const boxProps = {
  ...named,
  ...blockSizeProps,
  align: alignmentSchema.optional(),
  justify: justificationSchema.optional(),
  wrap: z.enum(['nowrap', 'wrap', 'wrap-reverse']).optional(),
  gap: lengthSchema.optional(),
  padding: spacingSchema.optional(),
  margin: spacingSchema.optional(),
  border: borderSchema.optional(),
  radius: radiusSchema.optional(),
  background: colorSchema.optional(),
};
const textStyle = {
  color: colorSchema.optional(),
  weight: weightSchema.optional(),
  textAlign: textAlignSchema.optional(),
  truncate: flag,
  maxLines: count,
};
const field = { ...named, name: z.string(), disabled: flag };
const typedField = {
  ...field,
  defaultValue: text,
  required: flag,
  pattern: text,
  placeholder: text,
  autoSelect: flag,
  autoFocus: flag,
  allowAutofillExtensions: flag,
  variant: z.enum(['soft', 'outline']).optional(),
  size: controlSizeSchema.optional(),
  gutterSize: gutterSizeSchema.optional(),
};
const picker = {
  ...field,
  onChangeAction: action,
  placeholder: text,
  defaultValue: text,
  variant: controlVariantSchema.optional(),
  size: controlSizeSchema.optional(),
  pill: flag,
  block: flag,
  clearable: flag,
};
const series = { label: z.string().nullish(), dataKey: z.string(), color: colorSchema.optional() };

/** The text of a Text that can be edited in place becomes a form field of this name. */
export const editablePropsSchema = z.object({
  name: z.string(),
  autoFocus: flag,
  autoSelect: flag,
  autoComplete: text,
  allowAutofillExtensions: flag,
  pattern: text,
  placeholder: text,
  required: flag,
});
export const selectOptionSchema = z.object({ value: z.string(), label: z.string(), disabled: flag, description: text });
export const radioOptionSchema = z.object({ label: z.string(), value: z.string(), disabled: flag });
export const chartSeriesSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('bar'), ...series, stack: text }),
  z.object({ type: z.literal('area'), ...series, stack: text, curveType: curveTypeSchema.optional() }),
  z.object({ type: z.literal('line'), ...series, curveType: curveTypeSchema.optional() }),
]);

// The props of each component without its children, which are added below in types and schemas alike: a schema that
// refers to itself in 27 ways cannot be inferred.
const props = {
  Card: z.object({
    ...named,
    type: z.literal('Card'),
    asForm: flag,
    background: colorSchema.optional(),
    border: borderSchema.optional(),
    size: z.enum(['sm', 'md', 'lg', 'full']).optional(),
    padding: spacingSchema.optional(),
    status: widgetStatusSchema.optional(),
    collapsed: flag,
    confirm: cardActionSchema.optional(),
    cancel: cardActionSchema.optional(),
    theme: themeSchema.optional(),
  }),
  ListView: z.object({
    ...named,
    type: z.literal('ListView'),
    limit: z.union([z.number().int(), z.literal('auto')]).optional(),
    status: widgetStatusSchema.optional(),
    theme: themeSchema.optional(),
  }),
  Basic: z.object({
    ...named,
    type: z.literal('Basic'),
    theme: themeSchema.optional(),
    direction: directionSchema.optional(),
    gap: lengthSchema.optional(),
    padding: spacingSchema.optional(),
    align: alignmentSchema.optional(),
    justify: justificationSchema.optional(),
  }),
  ListViewItem: z.object({
    ...named,
    type: z.literal('ListViewItem'),
    onClickAction: action,
    gap: lengthSchema.optional(),
    align: alignmentSchema.optional(),
  }),
  Box: z.object({ type: z.literal('Box'), ...boxProps, direction: directionSchema.optional() }),
  Row: z.object({ type: z.literal('Row'), ...boxProps }),
  Col: z.object({ type: z.literal('Col'), ...boxProps }),
  Form: z.object({
    type: z.literal('Form'),
    ...boxProps,
    onSubmitAction: action,
    direction: directionSchema.optional(),
  }),
  Spacer: z.object({ ...named, type: z.literal('Spacer'), minSize: lengthSchema.optional() }),
  Divider: z.object({
    ...named,
    type: z.literal('Divider'),
    color: colorSchema.optional(),
    size: lengthSchema.optional(),
    spacing: lengthSchema.optional(),
    flush: flag,
  }),
  Transition: z.object({ ...named, type: z.literal('Transition') }),
  Title: z.object({
    ...named,
    type: z.literal('Title'),
    value: z.string(),
    ...textStyle,
    size: titleSizeSchema.optional(),
  }),
  Caption: z.object({
    ...named,
    type: z.literal('Caption'),
    value: z.string(),
    ...textStyle,
    size: captionSizeSchema.optional(),
  }),
  Text: z.object({
    ...named,
    type: z.literal('Text'),
    value: z.string(),
    streaming: flag,
    italic: flag,
    lineThrough: flag,
    ...textStyle,
    width: lengthSchema.optional(),
    size: textSizeSchema.optional(),
    minLines: count,
    editable: z.union([z.literal(false), editablePropsSchema]).optional(),
  }),
  Markdown: z.object({ ...named, type: z.literal('Markdown'), value: z.string(), streaming: flag }),
  Label: z.object({
    ...named,
    type: z.literal('Label'),
    value: z.string(),
    fieldName: z.string(),
    size: textSizeSchema.optional(),
    weight: weightSchema.optional(),
    textAlign: textAlignSchema.optional(),
    color: colorSchema.optional(),
  }),
  Badge: z.object({
    ...named,
    type: z.literal('Badge'),
    label: z.string(),
    color: z.enum(['secondary', 'success', 'danger', 'warning', 'info', 'discovery']).optional(),
    variant: z.enum(['solid', 'soft', 'outline']).optional(),
    size: z.enum(['sm', 'md', 'lg']).optional(),
    pill: flag,
  }),
  Icon: z.object({
    ...named,
    type: z.literal('Icon'),
    name: iconNameSchema,
    color: colorSchema.optional(),
    size: iconSizeSchema.optional(),
  }),
  Image: z.object({
    ...named,
    type: z.literal('Image'),
    ...blockSizeProps,
    src: z.string(),
    alt: text,
    fit: z.enum(['cover', 'contain', 'fill', 'scale-down', 'none']).optional(),
    position: z
      .enum(['top left', 'top', 'top right', 'left', 'center', 'right', 'bottom left', 'bottom', 'bottom right'])
      .optional(),
    radius: radiusSchema.optional(),
    frame: flag,
    flush: flag,
    margin: spacingSchema.optional(),
    background: colorSchema.optional(),
  }),
  Button: z.object({
    ...named,
    type: z.literal('Button'),
    submit: flag,
    label: text,
    onClickAction: action,
    iconStart: iconNameSchema.optional(),
    iconEnd: iconNameSchema.optional(),
    style: z.enum(['primary', 'secondary']).optional(),
    iconSize: z.enum(['sm', 'md', 'lg', 'xl', '2xl']).optional(),
    color: z.enum(['primary', 'secondary', 'info', 'discovery', 'success', 'caution', 'warning', 'danger']).optional(),
    variant: controlVariantSchema.optional(),
    size: controlSizeSchema.optional(),
    pill: flag,
    uniform: flag,
    block: flag,
    disabled: flag,
  }),
  Chart: z.object({
    ...named,
    type: z.literal('Chart'),
    ...blockSizeProps,
    data: z.array(z.record(z.string(), z.union([z.string(), z.number()]))),
    series: z.array(chartSeriesSchema),
    xAxis: z.union([
      z.string(),
      z.object({ dataKey: z.string(), hide: flag, labels: z.record(z.string(), z.string()).optional() }),
    ]),
    showYAxis: flag,
    showLegend: flag,
    showTooltip: flag,
    barGap: z.number().optional(),
    barCategoryGap: z.number().optional(),
  }),
  Input: z.object({
    type: z.literal('Input'),
    ...typedField,
    inputType: z.enum(['number', 'email', 'text', 'password', 'tel', 'url']).optional(),
    pill: flag,
  }),
  Textarea: z.object({
    type: z.literal('Textarea'),
    ...typedField,
    rows: count,
    autoResize: flag,
    maxRows: count,
  }),
  Select: z.object({
    type: z.literal('Select'),
    ...picker,
    options: z.array(selectOptionSchema),
    searchable: flag,
  }),
  DatePicker: z.object({
    type: z.literal('DatePicker'),
    ...picker,
    /** `defaultValue`, `min` and `max` are ISO 8601. */
    min: text,
    max: text,
    side: z.enum(['top', 'bottom', 'left', 'right']).optional(),
    align: textAlignSchema.optional(),
  }),
  Checkbox: z.object({
    type: z.literal('Checkbox'),
    ...field,
    label: text,
    defaultChecked: flag,
    onChangeAction: action,
    required: flag,
  }),
  RadioGroup: z.object({
    type: z.literal('RadioGroup'),
    ...field,
    options: z.array(radioOptionSchema).optional(),
    ariaLabel: text,
    onChangeAction: action,
    defaultValue: text,
    direction: directionSchema.optional(),
    required: flag,
  }),
  Table: z.object({ ...named, type: z.literal('Table') }),
  'Table.Row': z.object({ ...named, type: z.literal('Table.Row'), header: flag }),
  'Table.Cell': z.object({
    ...named,
    type: z.literal('Table.Cell'),
    width: lengthSchema.optional(),
    padding: spacingSchema.optional(),
    colSpan: count,
    rowSpan: count,
    align: textAlignSchema.optional(),
    vAlign: textAlignSchema.optional(),
    colSize: z.enum(['xs', 'sm', 'md', 'lg', 'xl']).optional(),
  }),
};

export type EditableProps = z.infer<typeof editablePropsSchema>;
export type SelectOption = z.infer<typeof selectOptionSchema>;
export type RadioOption = z.infer<typeof radioOptionSchema>;
export type ChartSeries = z.infer<typeof chartSeriesSchema>;
export type BarSeries = Extract<ChartSeries, { type: 'bar' }>;
export type AreaSeries = Extract<ChartSeries, { type: 'area' }>;
export type LineSeries = Extract<ChartSeries, { type: 'line' }>;
export type XAxisConfig = Exclude<Chart['xAxis'], string>;

type PropsOf<Type extends keyof typeof props> = z.infer<(typeof props)[Type]>;

export type Text = PropsOf<'Text'>;
export type Title = PropsOf<'Title'>;
export type Caption = PropsOf<'Caption'>;
export type Markdown = PropsOf<'Markdown'>;
export type Label = PropsOf<'Label'>;
export type Badge = PropsOf<'Badge'>;
export type Icon = PropsOf<'Icon'>;
export type Image = PropsOf<'Image'>;
export type Button = PropsOf<'Button'>;
export type Chart = PropsOf<'Chart'>;
export type Input = PropsOf<'Input'>;
export type Textarea = PropsOf<'Textarea'>;
export type Select = PropsOf<'Select'>;
export type DatePicker = PropsOf<'DatePicker'>;
export type Checkbox = PropsOf<'Checkbox'>;
export type RadioGroup = PropsOf<'RadioGroup'>;
export type Spacer = PropsOf<'Spacer'>;
export type Divider = PropsOf<'Divider'>;
export interface Box extends PropsOf<'Box'> {
  children?: WidgetComponent[];
}
export interface Row extends PropsOf<'Row'> {
  children?: WidgetComponent[];
}
export interface Col extends PropsOf<'Col'> {
  children?: WidgetComponent[];
}
export interface Form extends PropsOf<'Form'> {
  children?: WidgetComponent[];
}
export interface Transition extends PropsOf<'Transition'> {
  children: WidgetComponent | null;
}
export interface ListViewItem extends PropsOf<'ListViewItem'> {
  children: WidgetComponent[];
}
export interface Table extends PropsOf<'Table'> {
  children: TableRow[];
}
export interface TableRow extends PropsOf<'Table.Row'> {
  children: TableCell[];
}
export interface TableCell extends PropsOf<'Table.Cell'> {
  children: WidgetComponent[] | WidgetComponent | string;
}
export interface Card extends PropsOf<'Card'> {
  children: WidgetComponent[];
}
export interface ListView extends PropsOf<'ListView'> {
  children: ListViewItem[];
}
export interface Basic extends PropsOf<'Basic'> {
  children?: WidgetComponent[] | WidgetComponent;
}

/** The components a client knows how to draw. */
export type KnownWidgetComponent =
  | Text
  | Title
  | Caption
  | Markdown
  | Label
  | Badge
  | Icon
  | Image
  | Button
  | Chart
  | Input
  | Textarea
  | Select
  | DatePicker
  | Checkbox
  | RadioGroup
  | Spacer
  | Divider
  | Box
  | Row
  | Col
  | Form
  | Transition
  | ListViewItem
  | Table
  | TableRow
  | TableCell;

/** Anything else with a `type`: passes through as written, and a client that does not know it draws nothing. */
export type DynamicWidgetComponent = {
  type: string & {};
  id?: string;
  key?: string;
  children?: unknown;
  [prop: string]: unknown;
};

export type WidgetComponent = KnownWidgetComponent | DynamicWidgetComponent;
export type KnownWidgetRoot = Card | ListView | Basic;
export interface DynamicWidgetRoot extends DynamicWidgetComponent {
  type: 'Card' | 'ListView' | 'Basic';
}
/** The content of a widget item. */
export type WidgetRoot = KnownWidgetRoot | DynamicWidgetRoot;
/** The types of {@link KnownWidgetComponent}. */
export type WidgetComponentType = keyof Omit<typeof props, 'Card' | 'ListView' | 'Basic'>;

// A widget is stored and sent as the author's JSON, key for key: after a change of shape it would look different when
// loaded again. So the schemas of items and updates check only the outside of a widget.
export const storedWidgetSchema = z.looseObject({
  type: z.enum(['Card', 'ListView', 'Basic']),
}) as unknown as z.ZodType<WidgetRoot, WidgetRoot>;
export const storedComponentSchema = z.looseObject({ type: z.string() }) as unknown as z.ZodType<
  WidgetComponent,
  WidgetComponent
>;

const children = z.lazy(() => z.array(widgetComponentSchema));
const oneOrMore = z.lazy(() => z.union([z.array(widgetComponentSchema), widgetComponentSchema]));

const componentSchemas: Record<WidgetComponentType, z.ZodType> = {
  Text: props.Text,
  Title: props.Title,
  Caption: props.Caption,
  Markdown: props.Markdown,
  Label: props.Label,
  Badge: props.Badge,
  Icon: props.Icon,
  Image: props.Image,
  Button: props.Button,
  Chart: props.Chart,
  Input: props.Input,
  Textarea: props.Textarea,
  Select: props.Select,
  DatePicker: props.DatePicker,
  Checkbox: props.Checkbox,
  RadioGroup: props.RadioGroup,
  Spacer: props.Spacer,
  Divider: props.Divider,
  Box: props.Box.extend({ children: children.optional() }),
  Row: props.Row.extend({ children: children.optional() }),
  Col: props.Col.extend({ children: children.optional() }),
  Form: props.Form.extend({ children: children.optional() }),
  Transition: props.Transition.extend({ children: z.lazy(() => widgetComponentSchema).nullish() }),
  ListViewItem: props.ListViewItem.extend({ children }),
  Table: props.Table.extend({ children }),
  'Table.Row': props['Table.Row'].extend({ children }),
  'Table.Cell': props['Table.Cell'].extend({ children: z.union([z.string(), oneOrMore]) }),
};

function check(schema: z.ZodType, value: unknown, context: z.core.$RefinementCtx): void {
  for (const issue of schema.safeParse(value).error?.issues ?? []) {
    context.addIssue({ code: 'custom', message: issue.message, path: issue.path });
  }
}

/**
 * Checks a component against the documented props of its type, and returns it unchanged, unknown props included.
 * A component of an unknown type passes unchecked.
 */
export const widgetComponentSchema: z.ZodType<WidgetComponent, WidgetComponent> = storedComponentSchema.superRefine(
  (component, context) => {
    const known = (componentSchemas as Record<string, z.ZodType | undefined>)[component.type];
    if (known) check(known, component, context);
  },
);

const rootSchemas: Record<WidgetRoot['type'], z.ZodType> = {
  Card: props.Card.extend({ children }),
  ListView: props.ListView.extend({ children: z.array(componentSchemas.ListViewItem) }),
  Basic: props.Basic.extend({ children: oneOrMore.optional() }),
};

/** Checks a whole widget, as {@link widgetComponentSchema} does, and returns it unchanged. */
export const widgetRootSchema: z.ZodType<WidgetRoot, WidgetRoot> = storedWidgetSchema.superRefine((root, context) =>
  check(rootSchemas[root.type], root, context),
);
