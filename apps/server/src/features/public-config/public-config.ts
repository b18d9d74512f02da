import type { Config } from '../../config.ts';
import { listPublicSettings } from './list-public-settings.ts';
import { type WelcomeDeps, welcomeVisitor } from './welcome-visitor.ts';

export type PublicConfig = ReturnType<typeof createPublicConfig>;

/** The information that is public before sign-in. */
export function createPublicConfig({ config, ...deps }: WelcomeDeps & { config: Config }) {
  return { welcome: welcomeVisitor(deps), runtime: listPublicSettings(config) };
}
