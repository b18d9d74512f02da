import type { Annotation } from '../protocol/sources.ts';

type Result<Value> = Value | Promise<Value>;

// Citations of the Responses API. All fields but `type` (and a URL's `url`) may be missing: other servers send fewer.
export type FileCitation = {
  type: 'file_citation';
  /** The file's id at the model's provider, by which its contents can be asked for. */
  file_id?: string;
  filename?: string;
  index?: number;
};
export type ContainerFileCitation = {
  type: 'container_file_citation';
  container_id?: string;
  file_id?: string;
  filename?: string;
  /** Offsets in the text, in characters; the end is exclusive. */
  start_index?: number;
  end_index?: number;
};
export type UrlCitation = {
  type: 'url_citation';
  url: string;
  title?: string;
  start_index?: number;
  end_index?: number;
};

/** Converts parts of a model's response to those of ChatKit. Override a method to show a part in another way. */
export class ResponseStreamConverter {
  /** How many partial images the image generation tool was asked for; progress is counted against it. */
  readonly partialImages: number | undefined;

  constructor(options: { partialImages?: number } = {}) {
    this.partialImages = options.partialImages;
  }

  /**
   * Where the client can load an image from. The default is a data URL, kept in the thread as it is: override it to
   * store the image and give an address instead.
   * @param partialIndex which partial image it is; absent for the final one.
   */
  base64ImageToUrl(_imageId: string, base64: string, _partialIndex?: number): Result<string> {
    return `data:image/png;base64,${base64}`;
  }

  /** From 0 to 1. */
  partialImageIndexToProgress(index: number): number {
    return this.partialImages ? Math.min(1, index / this.partialImages) : 0;
  }

  /** `null` leaves the citation out. */
  fileCitationToAnnotation(citation: FileCitation): Result<Annotation | null> {
    return fileAnnotation(citation.filename, citation.index);
  }

  /** `null` leaves the citation out. */
  containerFileCitationToAnnotation(citation: ContainerFileCitation): Result<Annotation | null> {
    return fileAnnotation(citation.filename, citation.end_index);
  }

  /** `null` leaves the citation out. */
  urlCitationToAnnotation(citation: UrlCitation): Result<Annotation | null> {
    return {
      type: 'annotation',
      source: { type: 'url', title: citation.title ?? citation.url, url: citation.url },
      ...(citation.end_index === undefined ? {} : { index: citation.end_index }),
    };
  }
}

function fileAnnotation(filename: string | undefined, index: number | undefined): Annotation | null {
  if (!filename) return null;
  return {
    type: 'annotation',
    source: { type: 'file', title: filename, filename },
    ...(index === undefined ? {} : { index }),
  };
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** The one field given, if it is text; nothing otherwise. */
function textField<Name extends string>(field: Record<Name, unknown>): Partial<Record<Name, string>> {
  return isText(Object.values(field)[0]) ? (field as Record<Name, string>) : {};
}

/** The one field given, if it is a whole number; nothing otherwise. */
function wholeField<Name extends string>(field: Record<Name, unknown>): Partial<Record<Name, number>> {
  return Number.isInteger(Object.values(field)[0]) ? (field as Record<Name, number>) : {};
}

/**
 * Converts an annotation of a model server, whose type and shape may be unknown.
 * Chat Completions nests the citation one level deeper.
 */
export async function convertAnnotation(converter: ResponseStreamConverter, raw: unknown): Promise<Annotation | null> {
  if (typeof raw !== 'object' || raw === null) return null;
  const { type, ...rest } = raw as Record<string, unknown>;
  const nested = isText(type) ? rest[type] : undefined;
  const fields = (typeof nested === 'object' && nested !== null ? nested : rest) as Record<string, unknown>;
  const { filename, file_id, container_id, title } = fields;
  const file = { ...textField({ filename }), ...textField({ file_id }) };
  const range = {
    ...wholeField({ start_index: fields.start_index }),
    ...wholeField({ end_index: fields.end_index }),
  };
  switch (type) {
    case 'file_citation':
      return converter.fileCitationToAnnotation({ type, ...file, ...wholeField({ index: fields.index }) });
    case 'container_file_citation':
      return converter.containerFileCitationToAnnotation({ type, ...file, ...textField({ container_id }), ...range });
    case 'url_citation':
      if (!isText(fields.url)) return null;
      return converter.urlCitationToAnnotation({ type, url: fields.url, ...textField({ title }), ...range });
  }
  return null;
}
