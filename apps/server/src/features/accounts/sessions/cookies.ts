/** Cookies of ours: for this host alone, out of reach of scripts, and not sent along by other sites' forms and pictures. */
export type Cookies = ReturnType<typeof createCookies>;

/**
 * @param secure whether people reach this server by https. Names then get the prefix by which browsers take a cookie from
 * this host alone: a neighbour below the same domain can neither set nor replace it.
 */
export function createCookies(secure: boolean) {
  const nameOf = (name: string) => `${secure ? '__Host-' : ''}causerie.${name}`;
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;

  return {
    /** The value of a cookie in the header of a request. */
    read(header: string | undefined, name: string): string | undefined {
      for (const part of header?.split(';') ?? []) {
        const at = part.indexOf('=');
        if (part.slice(0, at).trim() === nameOf(name)) return part.slice(at + 1).trim() || undefined;
      }
      return undefined;
    },
    set: (name: string, value: string, lastsMs: number): string =>
      `${nameOf(name)}=${value}; Max-Age=${lastsMs / 1000}; ${attributes}`,
    clear: (name: string): string => `${nameOf(name)}=; Max-Age=0; ${attributes}`,
  };
}
