import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { useScope } from './context.ts';
import type { NodeProps } from './node.tsx';
import { background, blockStyle, color, imageUrl, oneOf, textOf, yielding } from './values.ts';

const badgeColors = ['secondary', 'success', 'danger', 'warning', 'info', 'discovery'] as const;
const iconSizes = ['xs', 'sm', 'md', 'lg', 'xl', '2xl', '3xl'] as const;

export function Badge({ node }: NodeProps): VNode {
  const ink = oneOf(node.color, badgeColors) ?? 'secondary';
  const variant = oneOf(node.variant, ['solid', 'soft', 'outline'] as const) ?? 'soft';
  const size = oneOf(node.size, ['sm', 'md', 'lg'] as const) ?? 'sm';
  const label = textOf(node.label);
  const classes = [
    `ck-badge ck-c-${ink} ck-v-${variant} ck-badge-${size}`,
    node.pill === true && 'ck-pill',
    yielding(label),
  ];
  return (
    <span class={classes.filter(Boolean).join(' ')} dir="auto">
      {label}
    </span>
  );
}

export function Icon({ node }: NodeProps): VNode | null {
  const scope = useScope();
  const name = textOf(node.name);
  if (!name) return null;
  const ink = color(node.color, 'text');
  return (
    <span class={`ck-icon-box ck-icon-${oneOf(node.size, iconSizes) ?? 'md'}`} style={ink ? { color: ink } : undefined}>
      {scope.host().icon(name)}
    </span>
  );
}

export function Markdown({ node }: NodeProps): VNode {
  const scope = useScope();
  return <div class="ck-markdown">{scope.host().markdown(textOf(node.value), node.streaming === true)}</div>;
}

const positions = [
  'top left',
  'top',
  'top right',
  'left',
  'center',
  'right',
  'bottom left',
  'bottom',
  'bottom right',
] as const;

export function Image({ node }: NodeProps): VNode | null {
  const { host, scheme } = useScope();
  const [broken, setBroken] = useState<string>();
  const src = imageUrl(node.src, (url) => host().allowImage?.(url) ?? true);
  if (!src) return null;
  const style: Record<string, string> = { ...blockStyle(node), ...background(node.background, scheme) };
  const fit = oneOf(node.fit, ['cover', 'contain', 'fill', 'scale-down', 'none'] as const);
  if (fit) style.objectFit = fit;
  const position = oneOf(node.position, positions);
  if (position) style.objectPosition = position;
  const classes = [
    'ck-image',
    node.frame === true && 'ck-frame',
    node.flush === true && 'ck-flush',
    src === broken && 'ck-broken',
  ];
  return (
    <img
      class={classes.filter(Boolean).join(' ')}
      style={style}
      src={src}
      alt={textOf(node.alt)}
      loading="lazy"
      decoding="async"
      // The address of the person's page stays private.
      referrerpolicy="no-referrer"
      draggable={false}
      onError={() => setBroken(src)}
    />
  );
}
