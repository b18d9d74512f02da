import { AppError } from '../../errors.ts';
import type { OutboundClient } from '../../platform/outbound/index.ts';
import type { Provider } from './provider.ts';

/** Recorded speech, as a client sends it. */
export type Speech = { data: Uint8Array; mediaType: string };

/** The dependencies of the transcription. */
export type DictationDeps = { provider: Provider; fetch: OutboundClient['fetch'] };

/** The largest recording: some minutes of speech, and within OpenAI's limit (25 MB). */
const mostBytes = 10 * 1024 * 1024;
/** For one recording. */
export const patienceMs = 60_000;
/**
 * Not found, method not allowed, not implemented: servers without transcription (Ollama, vLLM, LM Studio) answer one of
 * these.
 */
const missingStatuses = [404, 405, 501];

/** The types that browsers record, by the extension from which the provider tells the format. */
const endings: Record<string, string> = {
  'audio/webm': 'webm',
  'video/webm': 'webm',
  'audio/ogg': 'ogg',
  'audio/mp4': 'mp4',
  'audio/x-m4a': 'm4a',
  'audio/mpeg': 'mp3',
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
};

/**
 * Turns speech into text. Throws `unsupported_media_type`, `bad_request`, `payload_too_large`, `bad_gateway`, and
 * `not_configured` where the provider has no transcription.
 */
export const transcribeSpeech =
  ({ provider, fetch }: DictationDeps) =>
  async ({ data, mediaType }: Speech): Promise<string> => {
    if (!provider.works()) throw cannotTranscribe();
    const ending = Object.hasOwn(endings, mediaType) ? endings[mediaType] : undefined;
    if (!ending) throw new AppError('unsupported_media_type', 'This kind of recording cannot be understood.');
    if (data.length === 0) throw new AppError('bad_request', 'The recording is empty.');
    if (data.length > mostBytes)
      throw new AppError('payload_too_large', `A recording may have at most ${mostBytes} bytes.`);
    const form = new FormData();
    form.set('file', new Blob([data as Uint8Array<ArrayBuffer>], { type: mediaType }), `speech.${ending}`);
    form.set('model', provider.model);
    form.set('response_format', 'json');

    let response: Response;
    try {
      response = await fetch(provider.url, {
        method: 'POST',
        body: form,
        headers: provider.apiKey ? { authorization: `Bearer ${provider.apiKey}` } : {},
        signal: AbortSignal.timeout(patienceMs),
      });
    } catch (cause) {
      throw new AppError('bad_gateway', 'The service for dictation does not answer.', { cause });
    }
    if (missingStatuses.includes(response.status)) {
      provider.noteMissing();
      await response.body?.cancel();
      throw cannotTranscribe(new Error(`the transcription service answered ${response.status}`));
    }
    const answer = (await response.json().catch(() => undefined)) as { text?: unknown } | undefined;
    // 400 is the fault of the recording, not of the service: too short, or in no known format.
    if (response.status === 400) throw new AppError('bad_request', 'The recording could not be understood.');
    if (!response.ok || typeof answer?.text !== 'string')
      throw new AppError('bad_gateway', 'The service for dictation gave no usable answer.', {
        cause: new Error(`the transcription service answered ${response.status}`),
      });
    return answer.text.trim();
  };

const cannotTranscribe = (cause?: Error) =>
  new AppError('not_configured', 'The model provider of this server has no dictation.', { cause });
