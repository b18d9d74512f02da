import { ApiError } from '@causerie/client';
import { type ComponentType, createElement } from 'react';

const loaders: (() => Promise<void>)[] = [];

/**
 * A page in a file of its own, loaded when it is asked for. The router's own `lazyRouteComponent` reloads the whole
 * application when a file does not come, which without a connection leaves the browser's error page in its place.
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

/** Loads the files of all pages while nothing else is to be done: moving about then needs no connection. */
export async function loadPagesAhead(): Promise<void> {
  for (const load of loaders) await load().catch(() => {});
}

/** Tells a server that is away from one that has a newer version, whose files have other names. */
async function explain(cause: unknown): Promise<never> {
  const answer = await fetch('/health', { cache: 'no-store' }).catch(() => undefined);
  if (!answer?.ok) throw new ApiError('The server cannot be reached.', { status: 0, code: 'unreachable', cause });
  throw new ApiError('This page is of an older version.', { status: 404, code: 'page_outdated', cause });
}
