/**
 * Where an image ends by its own account: the offset after its last byte, or -1 when its structure breaks off. Viewers stop
 * there, and bytes behind it are for another program. 'pieces' is a PNG that takes too long to decode.
 */
export function imageEnd(bytes: Buffer, mime: string): number | 'pieces' {
  switch (mime) {
    case 'image/png':
      return pngEnd(bytes);
    case 'image/jpeg':
      return jpegEnd(bytes);
    case 'image/gif':
      return gifEnd(bytes);
    case 'image/webp':
      return webpEnd(bytes);
    default:
      return -1;
  }
}

/**
 * The decoding library keeps each text and frees them in the main thread: 700 000 of them, in eight megabytes, took a
 * second. Pictures have a dozen, moving ones two a frame.
 */
const mostPieces = 10_000;

/** PNG, third edition, 5.3: length, type, data, checksum; the last is IEND. */
function pngEnd(bytes: Buffer): number | 'pieces' {
  let at = 8;
  for (let pieces = 0; at + 12 <= bytes.length; ) {
    const next = at + 12 + bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (type === 'IEND') return next;
    if (type !== 'IDAT' && ++pieces > mostPieces) return 'pieces';
    at = next;
  }
  return -1;
}

/** RIFF: the size stands in the header and is padded to an even number. */
function webpEnd(bytes: Buffer): number {
  if (bytes.length < 12) return -1;
  const size = bytes.readUInt32LE(4);
  return 8 + size + (size % 2);
}

/**
 * ITU-T T.81, B.1: segments with a length up to the scan, then compressed data up to the next marker. Cameras and phones
 * put whole further pictures behind the first (MPF, Ultra HDR); those are JPEGs in their turn and are walked too.
 */
function jpegEnd(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length) {
    const end = oneJpegEnd(bytes, at);
    if (end === -1) return at === 0 ? -1 : at;
    at = end;
    // Some devices leave zeros between two pictures, and after the last.
    while (bytes[at] === 0) at++;
  }
  return at;
}

function oneJpegEnd(bytes: Buffer, start: number): number {
  if (bytes[start] !== 0xff || bytes[start + 1] !== 0xd8) return -1;
  let at = start + 2;
  while (at + 2 <= bytes.length) {
    if (bytes[at] !== 0xff) return -1;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) at++;
    else if (marker === 0xd9) return at + 2;
    else if ((marker >= 0xd0 && marker <= 0xd7) || marker === 0x01) at += 2;
    else {
      if (at + 4 > bytes.length) return -1;
      at += 2 + bytes.readUInt16BE(at + 2);
      if (marker === 0xda) at = scanEnd(bytes, at);
    }
  }
  return -1;
}

/** The marker that ends the compressed data: in it, 0xFF is followed by 0 or by a restart marker. */
function scanEnd(bytes: Buffer, start: number): number {
  for (let at = bytes.indexOf(0xff, start); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next !== undefined && next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return bytes.length;
}

/** GIF89a: header, colour tables, then blocks that are chains of short pieces, up to the trailer. */
function gifEnd(bytes: Buffer): number {
  if (bytes.length < 13) return -1;
  const colours = (packed: number) => (packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0);
  const chainEnd = (from: number) => {
    let at = from;
    while (at < bytes.length && bytes[at] !== 0) at += bytes[at]! + 1;
    return at + 1;
  };
  let at = 13 + colours(bytes[10]!);
  while (at < bytes.length) {
    const block = bytes[at];
    if (block === 0x3b) return at + 1;
    if (block === 0x21) at = chainEnd(at + 2);
    else if (block === 0x2c && at + 10 < bytes.length) at = chainEnd(at + 10 + colours(bytes[at + 9]!) + 1);
    else return -1;
  }
  return -1;
}
