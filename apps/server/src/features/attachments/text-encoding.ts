/** Bytes that Windows-1252 leaves undefined: a file with one is something else. */
const undefinedBytes = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);

/**
 * Decodes a file's text, in one of the encodings that programs still save: UTF-8; UTF-16 with its mark, as Excel's "Unicode
 * text"; Windows-1252, as Excel's CSV in western Europe and America. Bytes without a mark that are not UTF-8 are read as
 * the last, since such files are. Undefined when none fits.
 */
export function readText(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  const wide =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
  return (
    decode(bytes, wide ?? 'utf-8') ??
    (wide === undefined && !bytes.some((byte) => undefinedBytes.has(byte)) ? decode(bytes, 'windows-1252') : undefined)
  );
}

/** JSON is UTF-8 and nothing else (RFC 8259). */
export const readUtf8 = (bytes: Uint8Array): string | undefined => decode(bytes, 'utf-8');

function decode(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
