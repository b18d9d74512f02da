import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { OutboundClient } from '../../platform/outbound/index.ts';

/** The browser's client secret, and when it expires, in seconds since 1970. */
export type HostedSession = { client_secret: string; expires_at?: number | undefined };

/** The header that OpenAI requires while hosted ChatKit is in beta. */
export const beta = 'chatkit_beta=v1';

const patienceMs = 15_000;
const hostedReply = z.object({ client_secret: z.string().min(1).max(4096), expires_at: z.number().optional() });

/**
 * Asks OpenAI for a client secret, with which the browser of one person may use the workflow and nothing else. It allows
 * the same uploads as this server's own chat: four files of 10 MB.
 * https://platform.openai.com/docs/api-reference/chatkit/sessions/create
 */
export async function requestSecret(
  given: { url: string; apiKey: string; workflow: string; fetch: OutboundClient['fetch'] },
  personId: string,
): Promise<HostedSession> {
  const { url, apiKey, workflow, fetch } = given;
  try {
    const response = await fetch(`${url}/sessions`, {
      method: 'POST',
      signal: AbortSignal.timeout(patienceMs),
      headers: {
        authorization: `Bearer ${apiKey}`,
        'content-type': 'application/json',
        'openai-beta': beta,
      },
      body: JSON.stringify({
        workflow: { id: workflow },
        user: personId,
        chatkit_configuration: { file_upload: { enabled: true, max_file_size: 10, max_files: 4 } },
      }),
    });
    const text = await response.text();
    if (!response.ok) throw refusal(response, text);
    return hostedReply.parse(JSON.parse(text));
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('bad_gateway', 'OpenAI gave no usable answer. Try again shortly.', { cause });
  }
}

/** OpenAI's own messages may quote the key, so they go to the log; people learn what to do. */
function refusal(response: Response, text: string): AppError {
  const { status } = response;
  const cause = new Error(`OpenAI answered ${status}: ${codeOf(text)}`);
  if (status === 401 || status === 403)
    return new AppError('bad_gateway', 'OpenAI does not accept the key of this server (OPENAI_API_KEY).', { cause });
  if (status === 404 || status === 400)
    return new AppError('bad_gateway', 'OpenAI does not know the workflow of this server (CHATKIT_WORKFLOW_ID).', {
      cause,
    });
  const retryAfter = Number(response.headers.get('retry-after'));
  return new AppError('bad_gateway', 'OpenAI has too much to do or is away. Try again shortly.', {
    cause,
    retryAfter: retryAfter > 0 && retryAfter <= 3600 ? retryAfter : 5,
  });
}

function codeOf(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: { code?: unknown; type?: unknown } };
    return String(error?.code ?? error?.type).slice(0, 100);
  } catch {
    return 'not JSON';
  }
}
