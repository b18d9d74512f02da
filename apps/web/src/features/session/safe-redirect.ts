/**
 * The page after sign-in: a path of this site, else home. `//evil.example` and `/\evil.example` are other sites. The server
 * accepts every path that passes here (`ownPath` of its contract).
 */
export function safeRedirect(target: string | undefined): string {
  return target !== undefined && target.length <= 2000 && /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(target) ? target : '/';
}
