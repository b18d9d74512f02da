import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';

const kept = new URL('./screenshots/', import.meta.url);
const update = process.env.UPDATE_SCREENSHOTS === '1';
let differences: Promise<string> | undefined;

/**
 * Compares what `shoot` takes with the picture kept under this name; `undefined` when they are alike, else what is wrong and
 * where to see it. Taken again for a while before it is called different, whenever the page has settled: a machine that is busy
 * draws late.
 * With `UPDATE_SCREENSHOTS=1` the picture is kept instead.
 */
export async function compare(
  name: string,
  shoot: () => Promise<Buffer>,
  settle: () => Promise<void>,
): Promise<string | undefined> {
  const file = new URL(`${name}.png`, kept);
  if (update) {
    await settle();
    await mkdir(kept, { recursive: true });
    const image = PNG.sync.read(await shoot());
    if (existsSync(file) && differing(PNG.sync.read(await readFile(file)), image) === 0) return undefined;
    await writeFile(file, pack(image));
    return undefined;
  }
  if (!existsSync(file)) return `${name}: no picture is kept of it; UPDATE_SCREENSHOTS=1 keeps one.`;
  const expected = PNG.sync.read(await readFile(file));
  let last: { is: PNG; pixels: number };
  for (const until = Date.now() + 4000; ; ) {
    const is = PNG.sync.read(await shoot());
    last = { is, pixels: differing(expected, is) };
    if (last.pixels <= tolerated(expected)) return undefined;
    if (Date.now() > until) break;
    await settle();
  }
  differences ??= mkdtemp(join(tmpdir(), 'chatkit-pictures-'));
  const path = join(await differences, `${name}.png`);
  await mkdir(dirname(path), { recursive: true });
  const sameSize = expected.width === last.is.width && expected.height === last.is.height;
  // Drawing the difference costs more than counting it, so it is drawn where somebody will look at it.
  const diff = sameSize ? new PNG({ width: expected.width, height: expected.height }) : last.is;
  if (sameSize) differing(expected, last.is, diff);
  await writeFile(path, PNG.sync.write(diff));
  const sizes = sameSize ? '' : ` (${expected.width}×${expected.height} was ${last.is.width}×${last.is.height})`;
  return `${name}: ${last.pixels} pixels differ${sizes}, see ${path}`;
}

/** A few pixels may differ between two builds of one browser; an icon or a letter that is missing is more. */
function tolerated({ width, height }: PNG): number {
  return Math.max(24, Math.round(width * height * 0.00004));
}

/** How many pixels differ; `diff` gets a drawing of where. */
function differing(a: PNG, b: PNG, diff?: PNG): number {
  if (a.width !== b.width || a.height !== b.height) return Math.max(a.data.length, b.data.length) / 4;
  return pixelmatch(a.data, b.data, diff?.data, a.width, a.height, { threshold: 0.12 });
}

/** A picture in as few bytes as a drawing needs: a palette, with colours made one that nobody tells apart. */
function pack({ width, height, data }: PNG): Buffer {
  for (const step of [1, 2, 4, 8]) {
    const palette = new Map<number, number>();
    const rows = Buffer.alloc((width + 1) * height);
    const level = (value: number) => Math.min(255, Math.round(value / step) * step);
    for (let at = 0; at < width * height && palette.size <= 256; at++) {
      const colour = (level(data[at * 4]!) << 16) | (level(data[at * 4 + 1]!) << 8) | level(data[at * 4 + 2]!);
      let index = palette.get(colour);
      if (index === undefined) {
        index = palette.size;
        palette.set(colour, index);
      }
      rows[Math.floor(at / width) * (width + 1) + 1 + (at % width)] = index;
    }
    if (palette.size > 256) continue;
    const head = Buffer.alloc(13);
    head.writeUInt32BE(width, 0);
    head.writeUInt32BE(height, 4);
    // Eight bits of palette a pixel.
    head.set([8, 3, 0, 0, 0], 8);
    const colours = Buffer.from(
      [...palette.keys()].flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]),
    );
    const signature = Buffer.from('89504e470d0a1a0a', 'hex');
    return Buffer.concat([
      signature,
      chunk('IHDR', head),
      chunk('PLTE', colours),
      chunk('IDAT', deflateSync(rows, { level: 9 })),
      chunk('IEND', Buffer.alloc(0)),
    ]);
  }
  return PNG.sync.write({ width, height, data } as PNG, {
    colorType: 2,
    deflateLevel: 9,
    deflateStrategy: 0,
    filterType: 0,
  });
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}
