/** As much of a browser as sign-in needs: it stores cookies and follows redirects of one site. */
export function createBrowser(origin: string) {
  const cookies = new Map<string, string>();
  const request = async (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (cookies.size > 0) headers.set('cookie', [...cookies].map((pair) => pair.join('=')).join('; '));
    if (init.body) headers.set('content-type', 'application/json');
    const response = await fetch(new URL(path, origin), { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      if (value) cookies.set(name!, value);
      else cookies.delete(name!);
    }
    return response;
  };
  return {
    cookies,
    request,
    /** The target of a request's redirect. */
    async redirectOf(path: string): Promise<string> {
      const response = await request(path);
      return response.headers.get('location') ?? `no redirect: ${response.status} ${await response.text()}`;
    },
    async post(path: string, body: object = {}, method = 'POST') {
      const response = await request(path, { method, body: JSON.stringify(body) });
      const text = await response.text();
      return { status: response.status, body: text ? JSON.parse(text) : undefined };
    },
    /** The signed-in person. */
    async user() {
      const { user } = (await (await request('/api/auth/session')).json()) as { user: Record<string, unknown> | null };
      return user;
    },
  };
}
