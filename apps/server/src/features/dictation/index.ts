import { AppError } from '../../errors.ts';
import type { Outbound } from '../../platform/outbound/index.ts';

export { readLargeRequest } from './large-request.ts';

/** Recorded speech, as a client sends it. */
export type Speech = { data: Uint8Array; mediaType: string };

export type Dictation = {
  /**
   * Turns speech into text, or throws `unsupported_media_type`, `bad_request`, `payload_too_large`, `bad_gateway`, and
   * `not_configured` where the provider has no transcription.
   */
  transcribe(speech: Speech): Promise<string>;
  /** False for some minutes after the provider said that it has no transcription. */
  works(): boolean;
};

/** The most a recording may have: some minutes of speech, and within what OpenAI takes (25 MB). */
const mostBytes = 10 * 1024 * 1024;
const patienceMs = 60_000;
/** So long is a provider without transcription believed; then it is asked again, since it may have been set up. */
const deafMs = 10 * 60_000;
/** No such address, no such method, not there: servers for models alone (Ollama, vLLM, LM Studio) say one of these. */
const deafStatuses = [404, 405, 501];

/** What browsers record, by the ending the provider tells the format from. */
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
 * Dictation by OpenAI, or by a server that speaks its API (`POST {baseUrl}/audio/transcriptions`, multipart). Undefined
 * where neither key nor address is configured. Whether a compatible server can hear is not known until it is asked: one
 * that cannot is remembered.
 */
export function createDictation(
  config: { apiKey: string | undefined; baseUrl: string | undefined; model: string },
  { fetch }: Outbound,
): Dictation | undefined {
  const { apiKey, baseUrl = 'https://api.openai.com/v1', model } = config;
  if (!apiKey && !config.baseUrl) return undefined;
  const url = `${baseUrl.replace(/\/+$/, '')}/audio/transcriptions`;
  let deafUntil = 0;
  const works = () => Date.now() >= deafUntil;
  const cannotHear = (cause?: Error) =>
    new AppError('not_configured', 'The model provider of this server has no dictation.', { cause });

  async function transcribe({ data, mediaType }: Speech): Promise<string> {
    if (!works()) throw cannotHear();
    const ending = Object.hasOwn(endings, mediaType) ? endings[mediaType] : undefined;
    if (!ending) throw new AppError('unsupported_media_type', 'This kind of recording cannot be understood.');
    if (data.length === 0) throw new AppError('bad_request', 'The recording is empty.');
    if (data.length > mostBytes)
      throw new AppError('payload_too_large', `A recording may have at most ${mostBytes} bytes.`);
    const form = new FormData();
    form.set('file', new Blob([data as Uint8Array<ArrayBuffer>], { type: mediaType }), `speech.${ending}`);
    form.set('model', model);
    form.set('response_format', 'json');

    let response: Response;
    try {
      response = await fetch(url, {
        method: 'POST',
        body: form,
        headers: apiKey ? { authorization: `Bearer ${apiKey}` } : {},
        signal: AbortSignal.timeout(patienceMs),
      });
    } catch (cause) {
      throw new AppError('bad_gateway', 'The service for dictation does not answer.', { cause });
    }
    if (deafStatuses.includes(response.status)) {
      deafUntil = Date.now() + deafMs;
      await response.body?.cancel();
      throw cannotHear(new Error(`the transcription service answered ${response.status}`));
    }
    const answer = (await response.json().catch(() => undefined)) as { text?: unknown } | undefined;
    // 400 is the recording's fault, not the service's: too short, or nothing a decoder knows.
    if (response.status === 400) throw new AppError('bad_request', 'The recording could not be understood.');
    if (!response.ok || typeof answer?.text !== 'string')
      throw new AppError('bad_gateway', 'The service for dictation gave no usable answer.', {
        cause: new Error(`the transcription service answered ${response.status}`),
      });
    return answer.text.trim();
  }

  return { transcribe, works };
}
