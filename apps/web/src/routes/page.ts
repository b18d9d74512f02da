import { ApiError } from '@causerie/client';
import { type ComponentType, createElement } from 'react';

const loaders: (() => Promise<void>)[] = [];

/**
 * A page in a file of its own, loaded on demand. The router's own `lazyRouteComponent` reloads the whole application when
 * a file fails to load, which without a connection shows the browser's error page.
 */
export function page<Name extends string>(load: () => Promise<Record<Name, ComponentType>>, name: Name) {
  let Loaded: ComponentType | undefined;
  async function preload(): Promise<void> {
    Loaded ??= (await load().catch(explain))[name];
  }
  loaders.push(preload);
  const show = () => {
    if (!Loaded) throw new Error('The router preloads a page before it shows it.');
    return createElement(Loaded);
  };
  return Object.assign(show, { preload });
}

/** Loads the files of all pages while the browser is idle, so that navigation needs no connection. */
export async function loadPagesAhead(): Promise<void> {
  for (const load of loaders) await load().catch(() => {});
}

/** Distinguishes a server that is away from one with a newer version, whose files have other names. */
async function explain(cause: unknown): Promise<never> {
  const answer = await fetch('/health', { cache: 'no-store' }).catch(() => undefined);
  if (!answer?.ok) throw new ApiError('The server cannot be reached.', { status: 0, code: 'unreachable', cause });
  throw new ApiError('This page is of an older version.', { status: 404, code: 'page_outdated', cause });
}
