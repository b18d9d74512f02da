import type { Config } from '../../config.ts';
import type { Outbound } from '../../platform/outbound/index.ts';
import { createHostedSession, type HostedSession } from './hosted-session.ts';
import { createRelay, type Relay } from './relay.ts';

export type { HostedSession } from './hosted-session.ts';
export type { Relay } from './relay.ts';

/** ChatKit as OpenAI hosts it: secrets for the browser, and a way round what its API lacks in CORS. */
export type Hosted = {
  /** Throws `not_configured`, or `bad_gateway` when OpenAI gives no secret. */
  createSession(person: { id: string }): Promise<HostedSession>;
  relay: Relay;
};

type Settings = Pick<
  Config,
  | 'CHATKIT_HOSTED_URL'
  | 'CHATKIT_WORKFLOW_ID'
  | 'MODEL_FIRST_BYTE_TIMEOUT'
  | 'MODEL_IDLE_TIMEOUT'
  | 'OPENAI_API_KEY'
  | 'OPENAI_BASE_URL'
>;

export function createHosted(config: Settings, outbound: Outbound): Hosted {
  const base = config.OPENAI_BASE_URL?.replace(/\/+$/, '') ?? 'https://api.openai.com/v1';
  const url = config.CHATKIT_HOSTED_URL ?? `${base}/chatkit`;
  const relay = createRelay({
    url,
    agents: outbound.agents,
    firstByteTimeoutMs: config.MODEL_FIRST_BYTE_TIMEOUT * 1000,
    idleTimeoutMs: config.MODEL_IDLE_TIMEOUT * 1000,
  });
  return {
    createSession: ({ id }) =>
      createHostedSession(
        { url, apiKey: config.OPENAI_API_KEY, workflow: config.CHATKIT_WORKFLOW_ID, fetch: outbound.fetch },
        id,
      ),
    relay,
  };
}
