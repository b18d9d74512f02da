import { AppError } from '../../errors.ts';
import { runInWorker } from '../../platform/workers/index.ts';
import { atMost } from './at-most.ts';
import type { FileType } from './file-types.ts';
import { imageEnd } from './image-end.ts';
import { findTextFault, type TextFault } from './text-check.ts';

/**
 * Refuses content that differs from its declared type or is a second type as well, and returns the bytes to store. `name`
 * is for the message.
 *
 * A polyglot is a file that two programs read as two things: a GIF that is also a script, a JPEG with an archive behind it.
 * Our own answers never let a browser guess, but the file may go on elsewhere.
 * @throws AppError `attachment_invalid`
 */
export async function checkContent(bytes: Buffer, type: FileType, name: string): Promise<Buffer> {
  if (bytes.length === 0) throw refusal(`${name} is empty.`);
  const { fileTypeFromBuffer } = await import('file-type');
  const found = await fileTypeFromBuffer(bytes);
  // Text has no signature, so content with one is not text. XML is text, and is checked further on.
  if (type.kind === 'text' ? found && !/xml/.test(found.mime) : found?.mime !== type.mime)
    throw isNot(name, type, found?.mime);
  if (type.kind === 'text') {
    await checkText(bytes, type, name);
    return bytes;
  }
  if (endsAsArchive(bytes)) throw hidesMore(name, type);
  if (type.kind === 'image') return wholeImage(bytes, type, name);
  if (!isWholePdf(bytes)) throw hidesMore(name, type);
  return bytes;
}

/** The message for content that libraries could not read although it looked valid. */
export const damaged = (name: string): AppError => refusal(`${name} is damaged: it cannot be read to its end.`);

/** The message for an image that would take too much memory to decode. */
export const tooManyPixels = (name: string): AppError =>
  refusal(`${name} has too many pixels: an image may have 64 million, and ${longestSide} on a side.`);

/** In pixels. Lines are decoded whole, several at a time: one of 63 million pixels took 1.6 GB, from a file of 180 KB. */
export const longestSide = 30_000;

const refusal = (message: string) => new AppError('attachment_invalid', message);
const isNot = (name: string, type: FileType, found: string | undefined) =>
  refusal(
    `${name} is declared as ${type.words}, but its content is ${found ? `of the type ${found}` : 'something else'}.`,
  );
const hidesMore = (name: string, type: FileType) =>
  refusal(`${name} holds more than ${type.words}: it is not accepted.`);

function wholeImage(bytes: Buffer, type: FileType, name: string): Buffer {
  const end = imageEnd(bytes, type.mime);
  if (end === 'pieces') throw refusal(`${name} is made of too many pieces to be read.`);
  if (end === -1 || end > bytes.length) throw damaged(name);
  // A comment or a text block of an image may hold a page or a script. The bytes of a picture do not form one by chance.
  if (/<(?:script|html|svg|iframe|!doctype|\?php)[\s>/]/i.test(bytes.toString('latin1'))) throw hidesMore(name, type);
  if (end === bytes.length) return bytes;
  // Phones append notes and short films of their own to a JPEG: those are cut off, a document is refused.
  if (type.mime !== 'image/jpeg' || bytes.includes('%PDF-', end)) throw hidesMore(name, type);
  return bytes.subarray(0, end);
}

function isWholePdf(bytes: Buffer): boolean {
  // Readers look for this anywhere in the first kilobyte, and polyglots use the space before it.
  if (bytes.toString('latin1', 0, 5) !== '%PDF-') return false;
  const end = bytes.lastIndexOf('%%EOF');
  return end !== -1 && bytes.subarray(end + 5).every((byte) => byte === 10 || byte === 13 || byte === 32 || byte === 0);
}

/** Archives (zip, jar, docx) are read from their end, so anything may stand before one. */
function endsAsArchive(bytes: Buffer): boolean {
  const endRecord = Buffer.from('PK\x05\x06', 'latin1');
  const longestComment = 65_535 + 22;
  for (
    let at = bytes.indexOf(endRecord, Math.max(0, bytes.length - longestComment));
    at !== -1;
    at = bytes.indexOf(endRecord, at + 1)
  ) {
    if (at + 22 <= bytes.length && bytes.readUInt16LE(at + 20) === bytes.length - at - 22) return true;
  }
  return false;
}

/** Up to this size a check takes less time than starting a thread for it. */
const smallText = 65_536;
const textsInTurn = atMost(2);

async function checkText(bytes: Buffer, type: FileType, name: string): Promise<void> {
  const script = new URL('./text-check-worker.ts', import.meta.url);
  const fault =
    bytes.length <= smallText
      ? findTextFault(bytes, type.mime)
      : await textsInTurn(() => runInWorker<TextFault | 'none'>(script, { bytes, mime: type.mime }));
  switch (fault) {
    case 'none':
      return;
    case 'encoding':
      throw refusal(`${name} is declared as ${type.words}, but it is not UTF-8. Save it as UTF-8 and try again.`);
    case 'binary':
      throw isNot(name, type, undefined);
    case 'page':
      throw refusal(`${name} is a web page or an SVG drawing: it is not accepted.`);
    case 'json':
      throw refusal(`${name} is declared as JSON, but it cannot be read as JSON.`);
    case 'heavy':
    case null:
      throw refusal(`${name} takes too long, or too much memory, to be checked.`);
  }
}
