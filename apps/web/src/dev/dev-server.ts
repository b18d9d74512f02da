/** Variables of the development server, all optional. */
export type DevEnv = Record<string, string | undefined>;

/**
 * Reduces the spellings that people use for a host to a bare host: `https//my.site`, `https://my.site/`, `my.site:443`. A scheme with
 * its colon missing would otherwise become `wss://https//my.site`, a name that never resolves.
 */
export function cleanHost(value: string): { host: string; port?: number } | undefined {
  const bare = value
    .trim()
    .replace(/^(?:https?|wss?):?\/+/i, '')
    .replace(/[/?#].*$/, '');
  const [, host = '', port] = /^(\[[^\]]+\]|[^:]*)(?::(\d+))?$/.exec(bare) ?? [];
  if (host === '') return undefined;
  return port === undefined ? { host } : { host, port: Number(port) };
}

/** The HMR options that `VITE_HMR_HOST`, `VITE_HMR_PROTOCOL` and `VITE_HMR_CLIENT_PORT` ask for. */
export function hmrOptions(env: DevEnv): { host?: string; protocol?: string; clientPort?: number } | undefined {
  const target = cleanHost(env.VITE_HMR_HOST ?? '');
  const protocol = /^wss?$/.exec((env.VITE_HMR_PROTOCOL ?? '').trim().replace(/:.*$/, ''))?.[0];
  const clientPort = portNumber(env.VITE_HMR_CLIENT_PORT) ?? target?.port;
  if (target === undefined && protocol === undefined && clientPort === undefined) return undefined;
  return {
    ...(target === undefined ? {} : { host: target.host }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(clientPort === undefined ? {} : { clientPort }),
  };
}

/** `VITE_ALLOWED_HOSTS`, comma-separated, plus the HMR host, which is by definition one the browser uses. */
export function allowedHosts(env: DevEnv): string[] {
  const named = (env.VITE_ALLOWED_HOSTS ?? '').split(',');
  const hosts = [...named, env.VITE_HMR_HOST ?? ''].flatMap((value) => cleanHost(value)?.host ?? []);
  return [...new Set(hosts)];
}

/**
 * The target of the proxy for `/api`: `VITE_BACKEND_URL` without a trailing `/api`, which people with a proxy of their own
 * write. The forwarded paths begin with it already.
 */
export function backendUrl(env: DevEnv): string {
  const given = (env.VITE_BACKEND_URL ?? '').trim().replace(/\/+$/, '');
  return given.replace(/\/api$/, '') || 'http://localhost:8000';
}

/** A TCP port, or undefined for anything else. */
export function portNumber(value: string | undefined): number | undefined {
  const port = Number(value);
  return value !== undefined && /^\d+$/.test(value.trim()) && port > 0 && port < 65_536 ? port : undefined;
}
