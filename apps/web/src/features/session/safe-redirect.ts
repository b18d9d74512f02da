/** Where to go after sign-in: a path of this site, else home. `//evil.example` and `/\evil.example` are other sites. */
export function safeRedirect(target: string | undefined): string {
  return target !== undefined && /^\/(?![/\\])/.test(target) && !/[\t\n\r]/.test(target) ? target : '/';
}
