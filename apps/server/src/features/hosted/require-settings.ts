import { AppError } from '../../errors.ts';
import type { HostedDeps } from './deps.ts';

/** Returns the settings that hosted ChatKit needs. Throws `not_configured`. */
export function requireSettings({ apiKey, workflow }: HostedDeps): { apiKey: string; workflow: string } {
  if (!apiKey) throw new AppError('not_configured', 'Hosted ChatKit is not set up: OPENAI_API_KEY is not set.');
  if (!workflow) throw new AppError('not_configured', 'Hosted ChatKit is not set up: CHATKIT_WORKFLOW_ID is not set.');
  return { apiKey, workflow };
}
