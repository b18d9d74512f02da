import type { RuntimeConfig } from '@causerie/client';

const key = 'causerie.runtime-config';

/** The settings of the build; all of them may be absent. */
const built: RuntimeConfig = {
  VITE_CHATKIT_API_URL: import.meta.env.VITE_CHATKIT_API_URL,
  VITE_CHATKIT_DOMAIN_KEY: import.meta.env.VITE_CHATKIT_DOMAIN_KEY,
  VITE_CHATKIT_FORCE_HOSTED: import.meta.env.VITE_CHATKIT_FORCE_HOSTED,
  VITE_CHATKIT_SKIP_DOMAIN_VERIFICATION: import.meta.env.VITE_CHATKIT_SKIP_DOMAIN_VERIFICATION,
  VITE_CHATKIT_UPLOAD_STRATEGY: import.meta.env.VITE_CHATKIT_UPLOAD_STRATEGY,
  VITE_CHATKIT_DIRECT_UPLOAD_URL: import.meta.env.VITE_CHATKIT_DIRECT_UPLOAD_URL,
  VITE_BACKEND_URL: import.meta.env.VITE_BACKEND_URL,
  ATTACHMENT_MAX_BYTES: undefined,
  ATTACHMENT_MAX_COUNT: undefined,
};

let served: RuntimeConfig | undefined;
let loading: Promise<RuntimeConfig> | undefined;

/**
 * The current settings: those from the server over those of the last visit over those of the build. The last visit
 * matters when the server is away: VITE_BACKEND_URL is needed exactly then.
 */
export function knownRuntimeConfig(): RuntimeConfig {
  return { ...defined(built), ...defined(served ?? lastVisit()) };
}

/** Loads the settings from the server once. When it does not answer, the known settings stay. Never rejects. */
export function loadRuntimeConfig(fetchConfig: typeof fetch = fetch): Promise<RuntimeConfig> {
  loading ??= (async () => {
    try {
      const response = await fetchConfig('/api/runtime-config', { headers: { accept: 'application/json' } });
      if (response.ok) {
        served = defined((await response.json()) as RuntimeConfig);
        localStorage.setItem(key, JSON.stringify(served));
      }
    } catch {
      // The server is away, storage is refused, or a proxy sent a page instead of JSON: the app starts all the same.
    }
    return knownRuntimeConfig();
  })();
  return loading;
}

function lastVisit(): RuntimeConfig {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '{}') as RuntimeConfig;
  } catch {
    return {};
  }
}

/** Keeps only the names above, with text values; an empty value means "not set". */
function defined(config: RuntimeConfig): RuntimeConfig {
  return Object.fromEntries(
    Object.keys(built).flatMap((name) => {
      const value: unknown = config[name as keyof RuntimeConfig];
      return typeof value === 'string' && value !== '' ? [[name, value]] : [];
    }),
  );
}
