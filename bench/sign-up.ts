/** Makes an account on the server at `port` and returns its access token. */
export async function signUp(port: number, email = `bench-${Date.now()}@example.org`): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: 'a long enough password', name: 'Bench' }),
  });
  if (!response.ok) throw new Error(`sign-up: HTTP ${response.status} ${await response.text()}`);
  return ((await response.json()) as { access_token: string }).access_token;
}
