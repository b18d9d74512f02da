/** How long a provider without transcription is not asked again: it may be set up in the meantime. */
const missingMs = 10 * 60_000;

export type Provider = ReturnType<typeof createProvider>;

/**
 * A service that transcribes: OpenAI, or a server with its API (`POST {baseUrl}/audio/transcriptions`, multipart). Whether
 * a compatible server can transcribe is unknown until the first request; one that cannot is remembered.
 */
export function createProvider(config: { apiKey: string | undefined; baseUrl: string; model: string }) {
  let missingUntil = 0;
  return {
    url: `${config.baseUrl.replace(/\/+$/, '')}/audio/transcriptions`,
    apiKey: config.apiKey,
    model: config.model,
    /** False for some minutes after the provider answered that it has no transcription. */
    works: () => Date.now() >= missingUntil,
    noteMissing(): void {
      missingUntil = Date.now() + missingMs;
    },
  };
}
