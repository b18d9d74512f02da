import type { Config } from '../config.ts';

/** The settings that make the page's own script call another server. */
type Elsewhere = Pick<Config, 'VITE_CHATKIT_API_URL' | 'VITE_CHATKIT_DIRECT_UPLOAD_URL' | 'VITE_BACKEND_URL'>;

/**
 * The content security policy of pages, as helmet's directives. A page may reach the servers that the settings name, by
 * fetch and for previews of the files they keep, and no others.
 */
export function pagePolicy(config: Elsewhere & Pick<Config, 'FRAME_ANCESTORS'>) {
  const others = [config.VITE_CHATKIT_API_URL, config.VITE_CHATKIT_DIRECT_UPLOAD_URL, config.VITE_BACKEND_URL];
  const servers = [...new Set(others.flatMap(originOf))];
  return {
    defaultSrc: ["'self'"],
    connectSrc: ["'self'", ...servers],
    // Previews of files that are still in the browser have blob: and data: addresses.
    imgSrc: ["'self'", 'data:', 'blob:', ...servers],
    mediaSrc: ["'self'", 'blob:', ...servers],
    workerSrc: ["'self'", 'blob:'],
    baseUri: ["'none'"],
    objectSrc: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: config.FRAME_ANCESTORS.length > 0 ? config.FRAME_ANCESTORS : ["'none'"],
  };
}

/** The policy of answers other than pages: opened in a browser, they load nothing and run nothing. */
export const answerPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** An address without an origin belongs to this server, which the policy covers already. */
function originOf(address: string | undefined): string[] {
  if (address === undefined || !URL.canParse(address)) return [];
  const { origin, protocol } = new URL(address);
  return protocol === 'https:' || protocol === 'http:' ? [origin] : [];
}
