import { AppError } from '../../errors.ts';
import type { HostedDeps } from './deps.ts';
import { isSignedIn } from './find-caller.ts';
import type { Relay } from './relay.ts';
import { requireSettings } from './require-settings.ts';

/** Relays a request of a signed-in person. Throws `not_configured`, `unauthorized`, and the errors of the relay. */
export const relayRequest =
  (deps: HostedDeps, relay: Relay): Relay =>
  async (request, signal) => {
    requireSettings(deps);
    if (!(await isSignedIn(deps)(request.headers)))
      throw new AppError('unauthorized', 'Send a client secret of /api/chatkit/session as bearer token.');
    return relay(request, signal);
  };
