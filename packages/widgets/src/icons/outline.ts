/** A shape of an SVG file: element name and attributes. */
export type Shape = [name: string, attributes: Record<string, string>];

const round = (value: number): string => String(Math.round(value * 1000) / 1000);

/**
 * Turns the shapes of a Lucide icon (path, circle, ellipse, rect, line, polyline, polygon, on a 24 by 24 field) into the
 * data of one path, so that an icon is a single string wherever it is kept. Throws on a shape it does not know, so that a
 * new kind in a later Lucide is noticed when the icons are made and not when they are seen.
 */
export function shapesToPath(shapes: Shape[]): string {
  return shapes.map(shapeToPath).join('');
}

/** The shapes in the text of a Lucide SVG file. */
export function shapesOfSvg(svg: string): Shape[] {
  const body = svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>'));
  return [...body.matchAll(/<([a-z]+)\s([^>]*?)\/?>/g)].map(([, name, text]) => [
    name!,
    Object.fromEntries([...text!.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key!, value!])),
  ]);
}

function shapeToPath([name, attributes]: Shape): string {
  const number = (key: string, otherwise = 0): number => Number(attributes[key] ?? otherwise);
  switch (name) {
    case 'path':
      return absoluteStart((attributes.d ?? '').trim().replace(/\s+/g, ' '));
    case 'line':
      return `M${round(number('x1'))} ${round(number('y1'))}L${round(number('x2'))} ${round(number('y2'))}`;
    case 'circle':
      return ellipse(number('cx'), number('cy'), number('r'), number('r'));
    case 'ellipse':
      return ellipse(number('cx'), number('cy'), number('rx'), number('ry'));
    case 'rect':
      return rectangle(number('x'), number('y'), number('width'), number('height'), number('rx', number('ry')));
    case 'polyline':
    case 'polygon':
      return `M${(attributes.points ?? '').trim().replace(/[\s,]+/g, ' ')}${name === 'polygon' ? 'z' : ''}`;
    default:
      throw new Error(`No way to draw <${name}>`);
  }
}

// A relative start would count from the end of the shape before it. What follows the first point of an "m" without a
// letter of its own is relative too, so it is given its "l".
function absoluteStart(d: string): string {
  const number = String.raw`-?(?:\d*\.\d+|\d+)`;
  const start = new RegExp(`^m ?(${number})[ ,]?(${number}) ?`).exec(d);
  if (!start) return d;
  const rest = d.slice(start[0].length);
  return `M${start[1]} ${start[2]}${/^[-.\d]/.test(rest) ? 'l' : ''}${rest}`;
}

function ellipse(cx: number, cy: number, rx: number, ry: number): string {
  const arc = `a${round(rx)} ${round(ry)} 0 1 0 `;
  return `M${round(cx - rx)} ${round(cy)}${arc}${round(2 * rx)} 0${arc}${round(-2 * rx)} 0z`;
}

function rectangle(x: number, y: number, width: number, height: number, r: number): string {
  if (!r) return `M${round(x)} ${round(y)}h${round(width)}v${round(height)}h${round(-width)}z`;
  const [w, h] = [round(width - 2 * r), round(height - 2 * r)];
  const corner = (dx: number, dy: number) => `a${r} ${r} 0 0 1 ${round(dx)} ${round(dy)}`;
  return `M${round(x + r)} ${round(y)}h${w}${corner(r, r)}v${h}${corner(-r, r)}h-${w}${corner(-r, -r)}v-${h}${corner(r, -r)}z`;
}
