/**
 * An OKLCH colour as `#rrggbb`, with the opacity as two more digits where there is one: for e-mails, whose readers know no
 * `oklch()`. What a screen cannot show is cut off. The matrices are those of
 * Ottosson, who made the space; Chromium's results are at most one step of 255 away.
 * @throws Error for what is no `oklch()` of plain numbers.
 */
export function toHex(color: string): string {
  const found = /^oklch\(\s*([\d.]+)\s+([\d.]+)\s+([\d.]+)(?:\s*\/\s*([\d.]+))?\s*\)$/.exec(color);
  if (!found) throw new Error(`${color} is no oklch() of plain numbers`);
  const [lightness, chroma, hue, opacity] = found.slice(1).map(Number) as [number, number, number, number];
  const angle = (hue * Math.PI) / 180;
  const [a, b] = [chroma * Math.cos(angle), chroma * Math.sin(angle)];
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const channels = [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ].map((linear) => (linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055));
  if (found[4] !== undefined) channels.push(opacity);
  const digits = channels.map((value) =>
    Math.round(Math.min(1, Math.max(0, value)) * 255)
      .toString(16)
      .padStart(2, '0'),
  );
  return `#${digits.join('')}`;
}
