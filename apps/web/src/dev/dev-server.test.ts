import { describe, expect, it } from 'vitest';
import config from '../../vite.config.ts';
import { allowedHosts, backendUrl, cleanHost, hmrOptions, portNumber } from './dev-server.ts';

describe('VITE_HMR_HOST', () => {
  it.each([
    ['https//my.site', { host: 'my.site' }],
    ['https://my.site', { host: 'my.site' }],
    ['http:/my.site/', { host: 'my.site' }],
    ['wss://my.site/hmr?x=1', { host: 'my.site' }],
    ['HTTPS//my.site:8443', { host: 'my.site', port: 8443 }],
    [' my.site ', { host: 'my.site' }],
    ['localhost:5173', { host: 'localhost', port: 5173 }],
    ['[::1]:5173', { host: '[::1]', port: 5173 }],
    // A name that merely begins like a scheme is a name.
    ['https.example', { host: 'https.example' }],
    ['', undefined],
    ['https://', undefined],
  ])('%s is cleaned', (typed, clean) => {
    expect(cleanHost(typed)).toEqual(clean);
  });

  it('leads to options of the development server only when something is asked for', () => {
    expect(hmrOptions({})).toBeUndefined();
    expect(
      hmrOptions({ VITE_HMR_HOST: 'https//my.site', VITE_HMR_PROTOCOL: 'wss', VITE_HMR_CLIENT_PORT: '443' }),
    ).toEqual({
      host: 'my.site',
      protocol: 'wss',
      clientPort: 443,
    });
    expect(hmrOptions({ VITE_HMR_HOST: 'my.site:8443' })).toEqual({ host: 'my.site', clientPort: 8443 });
    expect(hmrOptions({ VITE_HMR_PROTOCOL: 'gopher', VITE_HMR_CLIENT_PORT: '99999' })).toBeUndefined();
  });
});

describe('VITE_ALLOWED_HOSTS', () => {
  it('is a comma list, cleaned, with the HMR host in it once', () => {
    expect(allowedHosts({ VITE_ALLOWED_HOSTS: 'a.site, https//b.site ,,a.site', VITE_HMR_HOST: 'b.site' })).toEqual([
      'a.site',
      'b.site',
    ]);
    expect(allowedHosts({})).toEqual([]);
  });
});

describe('VITE_BACKEND_URL', () => {
  it.each([
    ['https://chatkit.example.com/api', 'https://chatkit.example.com'],
    ['https://chatkit.example.com/api/', 'https://chatkit.example.com'],
    ['http://backend:8000', 'http://backend:8000'],
    ['https://host/prefix/api', 'https://host/prefix'],
    ['https://host/apiary', 'https://host/apiary'],
    ['', 'http://localhost:8000'],
    [undefined, 'http://localhost:8000'],
  ])('%s is where the API is passed on to', (given, target) => {
    expect(backendUrl({ VITE_BACKEND_URL: given })).toBe(target);
  });
});

describe('VITE_PORT', () => {
  it('is a port or nothing', () => {
    expect(['5173', ' 80 ', '0', '65536', '-1', '5e3', '', undefined].map(portNumber)).toEqual([
      5173,
      80,
      ...Array(6).fill(undefined),
    ]);
  });
});

it('leaves on the terminal what the server says beside it', () => {
  expect(config({ command: 'serve', mode: 'development' }).clearScreen).toBe(false);
});
