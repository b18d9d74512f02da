import type { Outbound } from '../../platform/outbound/index.ts';
import { createProvider } from './provider.ts';
import { patienceMs, transcribeSpeech } from './transcribe-speech.ts';

export type Dictation = NonNullable<ReturnType<typeof createDictation>>;

/** Dictation by the configured provider; undefined without a key and without an address. */
export function createDictation(
  { apiKey, baseUrl, model }: { apiKey: string | undefined; baseUrl: string | undefined; model: string },
  outbound: Outbound,
) {
  if (!apiKey && !baseUrl) return undefined;
  const provider = createProvider({ apiKey, baseUrl: baseUrl ?? 'https://api.openai.com/v1', model });
  const { fetch } = outbound.client({
    name: 'dictation',
    allow: [provider.url],
    // The service answers once it has processed the whole recording.
    firstByteMs: patienceMs,
    idleMs: patienceMs,
  });
  return { transcribe: transcribeSpeech({ provider, fetch }), works: provider.works };
}
