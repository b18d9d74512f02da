import type { Config } from '../config.ts';

/** The settings that send the page's own script to another server. */
type Elsewhere = Pick<Config, 'VITE_CHATKIT_API_URL' | 'VITE_CHATKIT_DIRECT_UPLOAD_URL' | 'VITE_BACKEND_URL'>;

/**
 * The content security policy of pages, as helmet's directives. What the settings send the page to, it may reach: these
 * servers, by fetch and for the previews of files they keep, and nobody else.
 */
export function pagePolicy(config: Elsewhere & Pick<Config, 'FRAME_ANCESTORS'>) {
  const others = [config.VITE_CHATKIT_API_URL, config.VITE_CHATKIT_DIRECT_UPLOAD_URL, config.VITE_BACKEND_URL];
  const servers = [...new Set(others.flatMap(originOf))];
  return {
    defaultSrc: ["'self'"],
    connectSrc: ["'self'", ...servers],
    // Previews of files that have not left the browser yet are blob: and data: addresses.
    imgSrc: ["'self'", 'data:', 'blob:', ...servers],
    mediaSrc: ["'self'", 'blob:', ...servers],
    workerSrc: ["'self'", 'blob:'],
    baseUri: ["'none'"],
    objectSrc: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: config.FRAME_ANCESTORS.length > 0 ? config.FRAME_ANCESTORS : ["'none'"],
  };
}

/** The policy of answers that are no page: shown by themselves in a browser, they load nothing and run nothing. */
export const answerPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** An address without an origin is one of this server's own, and covered already. */
function originOf(address: string | undefined): string[] {
  if (address === undefined || !URL.canParse(address)) return [];
  const { origin, protocol } = new URL(address);
  return protocol === 'https:' || protocol === 'http:' ? [origin] : [];
}
