import { z } from 'zod';
import type { ActionConfig } from './actions.ts';
import { actionConfigSchema } from './actions.ts';
import { iconNameSchema } from './icons.ts';

// Sizes: a number is pixels, or spacing units for gap, padding, margin and a divider's spacing; a string is CSS.
export const lengthSchema = z.union([z.number(), z.string()]);
/** A token of the theme, a primitive such as `red-100`, any CSS colour, or one for each colour scheme. */
export const colorSchema = z.union([z.string(), z.object({ light: z.string(), dark: z.string() })]);

export const radiusSchema = z.enum(['2xs', 'xs', 'sm', 'md', 'lg', 'xl', '2xl', '3xl', '4xl', 'full', '100%', 'none']);
export const alignmentSchema = z.enum(['start', 'center', 'end', 'baseline', 'stretch']);
export const justificationSchema = z.enum(['start', 'center', 'end', 'between', 'around', 'evenly', 'stretch']);
export const textAlignSchema = z.enum(['start', 'center', 'end']);
export const textSizeSchema = z.enum(['xs', 'sm', 'md', 'lg', 'xl']);
export const titleSizeSchema = z.enum(['sm', 'md', 'lg', 'xl', '2xl', '3xl', '4xl', '5xl']);
export const captionSizeSchema = z.enum(['sm', 'md', 'lg']);
export const iconSizeSchema = z.enum(['xs', 'sm', 'md', 'lg', 'xl', '2xl', '3xl']);
export const controlVariantSchema = z.enum(['solid', 'soft', 'outline', 'ghost']);
export const controlSizeSchema = z.enum(['3xs', '2xs', 'xs', 'sm', 'md', 'lg', 'xl', '2xl', '3xl']);
export const gutterSizeSchema = z.enum(['2xs', 'xs', 'sm', 'md', 'lg', 'xl']);
export const weightSchema = z.enum(['normal', 'medium', 'semibold', 'bold']);
export const themeSchema = z.enum(['light', 'dark']);
export const directionSchema = z.enum(['row', 'col']);
export const curveTypeSchema = z.enum([
  'basis',
  'basisClosed',
  'basisOpen',
  'bumpX',
  'bumpY',
  'bump',
  'linear',
  'linearClosed',
  'natural',
  'monotoneX',
  'monotoneY',
  'monotone',
  'step',
  'stepBefore',
  'stepAfter',
]);

const sides = <Value extends z.ZodType>(value: Value) => ({
  top: value.optional(),
  right: value.optional(),
  bottom: value.optional(),
  left: value.optional(),
  x: value.optional(),
  y: value.optional(),
});
export const spacingSchema = z.union([lengthSchema, z.object(sides(lengthSchema))]);
const borderSideSchema = z.object({
  size: z.number(),
  color: colorSchema.optional(),
  style: z.enum(['solid', 'dashed', 'dotted', 'double', 'groove', 'ridge', 'inset', 'outset']).optional(),
});
export const borderSchema = z.union([
  z.number(),
  borderSideSchema,
  z.object(sides(z.union([z.number(), borderSideSchema]))),
]);

/** An action slot. The type is written by hand, because the schema keeps unknown keys and the type need not show them. */
export const actionSlotSchema = actionConfigSchema as unknown as z.ZodType<ActionConfig, ActionConfig>;

export const cardActionSchema = z.object({ label: z.string(), action: actionSlotSchema });
export const widgetStatusSchema = z.object({
  text: z.string(),
  favicon: z.string().optional(),
  frame: z.boolean().optional(),
  icon: iconNameSchema.optional(),
});

/** The size props that blocks, images and charts share. */
export const blockSizeProps = {
  height: lengthSchema.optional(),
  width: lengthSchema.optional(),
  size: lengthSchema.optional(),
  minHeight: lengthSchema.optional(),
  minWidth: lengthSchema.optional(),
  minSize: lengthSchema.optional(),
  maxHeight: lengthSchema.optional(),
  maxWidth: lengthSchema.optional(),
  maxSize: lengthSchema.optional(),
  aspectRatio: lengthSchema.optional(),
  flex: lengthSchema.optional(),
};

export type Length = z.infer<typeof lengthSchema>;
export type WidgetColor = z.infer<typeof colorSchema>;
export type ThemeColor = Exclude<WidgetColor, string>;
export type Radius = z.infer<typeof radiusSchema>;
export type Alignment = z.infer<typeof alignmentSchema>;
export type Justification = z.infer<typeof justificationSchema>;
export type Spacing = z.infer<typeof spacingSchema>;
export type Border = z.infer<typeof borderSchema>;
export type BorderSide = z.infer<typeof borderSideSchema>;
export type WidgetStatus = z.infer<typeof widgetStatusSchema>;
export type CardAction = z.infer<typeof cardActionSchema>;
export type CurveType = z.infer<typeof curveTypeSchema>;
export type TextAlign = z.infer<typeof textAlignSchema>;
export type TextSize = z.infer<typeof textSizeSchema>;
export type TitleSize = z.infer<typeof titleSizeSchema>;
export type CaptionSize = z.infer<typeof captionSizeSchema>;
export type IconSize = z.infer<typeof iconSizeSchema>;
export type TextWeight = z.infer<typeof weightSchema>;
export type ControlVariant = z.infer<typeof controlVariantSchema>;
export type ControlSize = z.infer<typeof controlSizeSchema>;
export type GutterSize = z.infer<typeof gutterSizeSchema>;
export type WidgetTheme = z.infer<typeof themeSchema>;
export type Direction = z.infer<typeof directionSchema>;
