import sharp from 'sharp';
import { expect, it, vi } from 'vitest';
import { checkContent } from './content-check.ts';
import { fileTypeOf } from './file-types.ts';
import { pdfText } from './pdf-text.ts';
import { makeRenditions } from './renditions.ts';
import { gif, jpeg, pdf, pdfBomb, png, webp, zip } from './testing/samples.ts';

const check = (bytes: Buffer | string, mime: string) => checkContent(Buffer.from(bytes), fileTypeOf(mime, '')!, 'it');
const refusal = (bytes: Buffer | string, mime: string) =>
  check(bytes, mime).then(
    () => 'accepted',
    (error) => `${error.code}: ${error.message}`,
  );

it('files of every type are accepted, and kept byte for byte', async () => {
  const files: [Buffer, string][] = [
    [await png(), 'image/png'],
    [await jpeg(), 'image/jpeg'],
    [await gif(), 'image/gif'],
    [await webp(), 'image/webp'],
    [
      await sharp(await png())
        .webp({ lossless: true })
        .toBuffer(),
      'image/webp',
    ],
    [
      await sharp(await jpeg())
        .jpeg({ progressive: true })
        .toBuffer(),
      'image/jpeg',
    ],
    [pdf('Hello'), 'application/pdf'],
    [Buffer.from('\ufeffplain text, été, 写真\r\n\ttabbed\f'), 'text/plain'],
    [Buffer.from('# Title\n<p align="center"><img src="x"></p>\n`<script>`'), 'text/markdown'],
    [Buffer.from('a;b\n1;2\n'), 'text/csv'],
    // As Excel saves CSV, and "Unicode text".
    [Buffer.from('Ville;\xc9t\xe9;Prix\r\nOrl\xe9ans;d\xe9cembre;12 \x80\r\n', 'latin1'), 'text/csv'],
    [Buffer.from('\ufeffVille\tÉté\r\nOrléans\tdécembre\r\n', 'utf16le'), 'text/csv'],
    [Buffer.from('\ufeffVille;Été', 'utf16le').swap16(), 'text/csv'],
    [Buffer.from('{"a":[1,2]}'), 'application/json'],
    [Buffer.from('<notes><note/></notes>'), 'text/plain'],
  ];
  for (const [bytes, mime] of files) expect((await check(bytes, mime)).equals(bytes), mime).toBe(true);
});

it('a picture of more pieces than are decoded in a moment is refused', async () => {
  const bytes = await png();
  const withPieces = (count: number) =>
    Buffer.concat([bytes.subarray(0, 33), Buffer.alloc(12 * count, '\0\0\0\0tEXt\0\0\0\0'), bytes.subarray(33)]);
  expect(await refusal(withPieces(9000), 'image/png')).toBe('accepted');
  expect(await refusal(withPieces(10_001), 'image/png')).toBe(
    'attachment_invalid: it is made of too many pieces to be read.',
  );
});

it('content that is not the declared type is named', async () => {
  const image = await png();
  expect(await refusal(image, 'image/jpeg')).toBe(
    'attachment_invalid: it is declared as a JPEG image, but its content is of the type image/png.',
  );
  expect(await refusal('just words', 'image/png')).toBe(
    'attachment_invalid: it is declared as a PNG image, but its content is something else.',
  );
  expect(await refusal(pdf('x'), 'text/plain')).toBe(
    'attachment_invalid: it is declared as plain text, but its content is of the type application/pdf.',
  );
  expect(await refusal('PK\u0000\u0001binary', 'text/plain')).toContain('its content is something else');
  expect(await refusal(Buffer.from([0xe9, 0x74, 0x81]), 'text/plain')).toContain('not UTF-8');
  expect(await refusal(Buffer.from([0xff, 0xfe, 0x41, 0x00, 0x42]), 'text/csv')).toContain('not UTF-8');
  expect(await refusal(Buffer.from('"\xe9"', 'latin1'), 'application/json')).toContain('not UTF-8');
  expect(await refusal(Buffer.from('\ufeff<html>', 'utf16le'), 'text/csv')).toContain('is a web page');
  expect(await refusal(Buffer.from('<script>\xe9', 'latin1'), 'text/csv')).toContain('is a web page');
  expect(await refusal('{"a":', 'application/json')).toContain('cannot be read as JSON');
  expect(await refusal('red \u001b[31malert', 'text/plain')).toContain('something else');
  expect(await refusal('', 'text/plain')).toBe('attachment_invalid: it is empty.');
});

it.each([
  ['<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
  ['<?xml version="1.0"?><!-- a --><!-- b -->\n<svg><script>alert(1)</script></svg>'],
  ['\n\n<!DOCTYPE html><p>hello'],
  ['<script>alert(1)</script>'],
  ['\ufeff<HTML>'],
])('a page or drawing is no text: %j', async (content) => {
  for (const mime of ['text/plain', 'text/markdown'])
    expect(await refusal(content, mime)).toBe(
      'attachment_invalid: it is a web page or an SVG drawing: it is not accepted.',
    );
});

// An expression with repeated comments would take longer than the sun has left.
it('many comments are passed over', async () => {
  expect(await refusal(`${'<!---->'.repeat(200_000)}x`, 'text/plain')).toBe('accepted');
});

it('polyglots are refused', async () => {
  const script = Buffer.from('/*<script>alert(document.domain)</script>*/');
  const archive = zip('a.class', 'code');
  const images: [Buffer, string][] = [
    [await png(), 'image/png'],
    [await jpeg(), 'image/jpeg'],
    [await gif(), 'image/gif'],
    [await webp(), 'image/webp'],
  ];
  for (const [image, mime] of images) {
    const words = fileTypeOf(mime, '')!.words;
    const sentence = `attachment_invalid: it holds more than ${words}: it is not accepted.`;
    for (const more of [script, archive, pdf('hidden')])
      expect(await refusal(Buffer.concat([image, more]), mime), mime).toBe(sentence);
  }
  // Inside the picture's own comment, where every decoder passes over it.
  const photo = await jpeg();
  const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, script.length + 2]), script]);
  expect(await refusal(Buffer.concat([photo.subarray(0, 2), comment, photo.subarray(2)]), 'image/jpeg')).toContain(
    'holds more',
  );
  const document = pdf('x');
  expect(await refusal(Buffer.concat([document, archive]), 'application/pdf')).toContain('holds more');
  expect(await refusal(Buffer.concat([Buffer.from('<script>x</script>\n'), document]), 'application/pdf')).not.toBe(
    'accepted',
  );
});

it('what phones put behind a JPEG is left out; a picture that breaks off is refused', async () => {
  const photo = await jpeg();
  const kept = await check(Buffer.concat([photo, Buffer.from('SEFH camera notes SEFT')]), 'image/jpeg');
  expect(kept.equals(photo)).toBe(true);
  const two = Buffer.concat([photo, photo]);
  expect((await check(two, 'image/jpeg')).equals(two)).toBe(true);
  for (const [whole, mime] of [
    [photo, 'image/jpeg'],
    [await png(), 'image/png'],
    [await gif(), 'image/gif'],
    [await webp(), 'image/webp'],
  ] as const) {
    for (const share of [0.5, 0.95])
      expect(await refusal(whole.subarray(0, Math.floor(whole.length * share)), mime), mime).not.toBe('accepted');
  }
});

it('previews are small, upright and know nothing of where they were taken', async () => {
  const photo = await jpeg(1200, 800);
  expect((await sharp(photo).metadata()).exif).toBeDefined();
  const { preview, model } = await makeRenditions(photo, fileTypeOf('image/jpeg', '')!, 'it');
  for (const [bytes, format, width, height] of [
    [preview!, 'webp', 341, 512],
    [model!, 'jpeg', 800, 1200],
  ] as const) {
    const about = await sharp(bytes).metadata();
    expect([about.format, about.width, about.height]).toEqual([format, width, height]);
    expect([about.exif, about.xmp, about.iptc, about.orientation]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  }
});

it('a picture that claims to be huge is refused before it is decoded', async () => {
  const small = await png();
  const huge = Buffer.from(small);
  huge.writeUInt32BE(60_000, 16);
  huge.writeUInt32BE(60_000, 20);
  const tried = makeRenditions(huge, fileTypeOf('image/png', '')!, 'it');
  await expect(tried).rejects.toMatchObject({ code: 'attachment_invalid' });
});

it('the text of a PDF is read page by page, up to the limit', async () => {
  expect(await pdfText(pdf('First (page)', 'Second'), { characters: 1000 })).toBe(
    '[Page 1]\nFirst (page)\n\n[Page 2]\nSecond',
  );
  expect(await pdfText(pdf('x'.repeat(50)), { characters: 20 })).toHaveLength(20);
});

it('a PDF that is damaged, takes too long or unfolds to gigabytes has no text, and harms nobody', async () => {
  expect(await pdfText(Buffer.from('%PDF-1.7\nnonsense\n%%EOF'), { characters: 100 })).toBeNull();
  expect(await pdfText(pdf('x'), { characters: 100, milliseconds: 0 })).toBeNull();
  expect(await pdfText(pdfBomb(600_000_000), { characters: 100, megabytes: 150 })).toBeNull();
}, 60_000);

it('a text that is larger than a few pages is looked at in a thread, which may not take all there is', async () => {
  const row = 'name;été;写真\r\n';
  const table = Buffer.from(row.repeat(Math.ceil(9_000_000 / Buffer.byteLength(row))));
  expect((await check(table, 'text/csv')).equals(table)).toBe(true);
  const list = Buffer.from(`[${'{"a":[1,2,3],"b":"x"},'.repeat(300_000)}1]`);
  expect((await check(list, 'application/json')).equals(list)).toBe(true);
  const padding = ' '.repeat(100_000);
  expect(await refusal(`${padding}{"a":`, 'application/json')).toContain('cannot be read as JSON');
  expect(await refusal(`${padding}<script>`, 'text/plain')).toContain('is a web page');
  expect(await refusal(`${padding}\u001b[31m`, 'text/csv')).toContain('something else');
  // Ten megabytes here, and sixteen times as much as objects.
  const parse = vi.spyOn(JSON, 'parse');
  expect(await refusal(`[${'[],'.repeat(3_400_000)}[]]`, 'application/json')).toBe(
    'attachment_invalid: it takes too long, or too much memory, to be checked.',
  );
  expect(parse).not.toHaveBeenCalled();
  parse.mockRestore();
}, 60_000);
