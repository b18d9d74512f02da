import { availableParallelism } from 'node:os';
import type { Sharp } from 'sharp';
import { atMost } from './at-most.ts';
import { damaged, longestSide, tooManyPixels } from './content-check.ts';
import type { FileType } from './file-types.ts';
import { pdfText } from './pdf-text.ts';

/** The derived files that are made on arrival, by the name under which each is stored beside `content`. */
export type Renditions = { preview?: Buffer; model?: Buffer; text?: Buffer };

/** Decoding takes memory and a core: other people's answers come first. */
const imagesInTurn = atMost(Math.max(1, Math.min(4, availableParallelism() - 1)));
/** A PDF may take its five seconds; images do not wait for it. */
const pdfsInTurn = atMost(2);
/** 64 megapixels, more than phones take. A small file can claim to be far larger and fill the memory when decoded. */
const mostPixels = 64_000_000;
const previewSide = 512;
/** Model providers scale larger pictures down themselves. */
const modelSide = 2048;
/** How much of a text is stored; a turn receives less (converter.ts). */
export const mostTextKept = 400_000;

/**
 * Makes the files for people and for models: of an image two smaller ones without its metadata (which may reveal where it
 * was taken), of a PDF its text. A PDF without readable text is fine: it may be a scan, or locked.
 * @throws AppError `attachment_invalid` for an image that cannot be decoded
 */
export async function makeRenditions(bytes: Buffer, type: FileType, name: string): Promise<Renditions> {
  if (type.kind === 'image') return imagesInTurn(() => imageRenditions(bytes, name));
  if (type.kind === 'text') return {};
  const text = await pdfsInTurn(() => pdfText(bytes, { characters: mostTextKept }));
  return { text: Buffer.from(text ?? '') };
}

async function imageRenditions(bytes: Buffer, name: string): Promise<Renditions> {
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  sharp.concurrency(1);
  // Reads a few bytes of the header; an error here occurs below too.
  const { width = 0, height = 0 } = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => ({}) as { width?: number; height?: number });
  if (Math.max(width, height) > longestSide || width * height > mostPixels) throw tooManyPixels(name);
  const open = (): Sharp =>
    sharp(bytes, { limitInputPixels: mostPixels, failOn: 'error', sequentialRead: true, pages: 1 })
      .timeout({ seconds: 20 })
      // Before the metadata is removed: it holds the orientation.
      .autoOrient();
  const within = (side: number) => ({ width: side, height: side, fit: 'inside', withoutEnlargement: true }) as const;
  try {
    const preview = await open().resize(within(previewSide)).webp({ quality: 80 }).toBuffer();
    // Every model server reads JPEG; many do not read WebP.
    const model = await open()
      .resize(within(modelSide))
      .flatten({ background: '#ffffff' })
      .jpeg({ quality: 85 })
      .toBuffer();
    return { preview, model };
  } catch (cause) {
    const refusal = damaged(name);
    refusal.cause = cause;
    throw refusal;
  }
}
