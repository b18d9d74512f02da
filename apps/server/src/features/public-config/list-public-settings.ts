import { type Config, publicSettings } from '../../config.ts';

/**
 * Lists the settings of the web app that are set, by their own names. They are copied one by one: a setting that is not on
 * the list cannot get out.
 */
export const listPublicSettings = (config: Config) => (): Partial<Record<(typeof publicSettings)[number], string>> =>
  Object.fromEntries(
    publicSettings.flatMap((name) => (config[name] === undefined ? [] : [[name, String(config[name])]])),
  );
