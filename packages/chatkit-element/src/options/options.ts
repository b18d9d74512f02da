import type { ChatKitOptions, CustomApiConfig, HeaderOption, HostedApiConfig } from '@openai/chatkit';

type HeaderAction = NonNullable<HeaderOption['leftAction']>;

/**
 * What `setOptions` takes: all of `ChatKitOptions`, and what this element adds to it. Every addition widens a type, so
 * options written for the official widget are valid here as they are.
 */
export type ElementOptions = Omit<ChatKitOptions, 'api' | 'header' | 'locale'> & {
  api: (Omit<CustomApiConfig, 'domainKey'> & { domainKey?: string }) | (HostedApiConfig & { url?: string });
  /** Any BCP 47 tag; one without a translation falls back to English. */
  locale?: string;
  header?: Omit<HeaderOption, 'leftAction' | 'rightAction'> & {
    /** One button, or several in reading order. `label` is its accessible name. */
    leftAction?: (HeaderAction & { label?: string }) | (HeaderAction & { label?: string })[];
    rightAction?: (HeaderAction & { label?: string }) | (HeaderAction & { label?: string })[];
    /** The "⋯" menu with export and print. It is shown by default. */
    menu?: { enabled?: boolean };
  };
};

/** An error with the name that the official widget gives it. */
export class InvalidFrameParamsError extends Error {
  override name = 'InvalidFrameParamsError';
}

/** The page asked for something that cannot be done now. */
export class IntegrationError extends Error {
  override name = 'IntegrationError';
}

/** Returns a list that the page gave, or an empty one where it gave something else. */
export function list<T>(value: readonly T[] | undefined): readonly T[] {
  return Array.isArray(value) ? value : [];
}
