import { parentPort, workerData } from 'node:worker_threads';
import type { LargeRequest } from './large-request.ts';

// The thread of large-request.ts.

/** A request with a recording has a dozen. */
const mostMarks = 1000;

/** Whether the text is little more than one long string: counted before anything is parsed. */
function isPlain(bytes: Uint8Array): boolean {
  let marks = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (inString) {
      if (byte === 92) at++;
      else if (byte === 34) inString = false;
    } else if (byte === 34) inString = true;
    else if ((byte === 44 || byte === 58 || byte === 91 || byte === 123) && ++marks > mostMarks) return false;
  }
  return true;
}

function read(body: Uint8Array): LargeRequest {
  if (!isPlain(body)) return 'malformed';
  let request: { type?: unknown; params?: { audio_base64?: unknown; mime_type?: unknown } } | null;
  try {
    request = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return 'malformed';
  }
  if (request?.type !== 'input.transcribe') return 'another';
  const { audio_base64: audio, mime_type: mimeType } = request.params ?? {};
  if (typeof audio !== 'string' || typeof mimeType !== 'string' || mimeType.length > 200) return 'malformed';
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(audio)) return 'malformed';
  return { data: new Uint8Array(Buffer.from(audio, 'base64')), mimeType };
}

const answer = read((workerData as { body: Uint8Array }).body);
parentPort!.postMessage(answer, typeof answer === 'string' ? [] : [answer.data.buffer as ArrayBuffer]);
