/** Where Chromium is and how tests start it: once a process, for all the files that a worker runs one after another. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** The paths to search, in this order. `CHROMIUM_PATH` names another one. */
export const chromiumPlaces: string[] = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** The Chromium of this machine, or undefined. */
export const chromiumPath: string | undefined = chromiumPlaces.find((file) => file !== '' && existsSync(file));

/**
 * What it does not do here. Of several lists the last is the one that counts, so this one begins with Playwright's own
 * (`disabledFeatures` in its `chromiumSwitches.ts`), but for what is about Windows and Edge.
 */
const withoutFeatures = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
  // Each context is a window with an address bar, though nobody sees it: two pages for the popups of that bar, in a process of
  // their own. And a process stands ready for the page after. Half of what a context costs, 0.3 of 0.55 seconds of a core.
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxFullPopup',
  'SpareRendererForSitePerProcess',
];

const flags = [
  `--disable-features=${withoutFeatures.join(',')}`,
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  // No requests of the browser's own.
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Letters and colours are drawn alike on every machine: the pictures that are kept were drawn so.
  '--font-render-hinting=none',
  '--disable-lcd-text',
  '--force-color-profile=srgb',
  // A fake microphone that beeps.
  '--use-fake-device-for-media-stream',
];

let started: Promise<Browser> | undefined;

/**
 * The browser of this process, started when it is first asked for and again when it has crashed. It ends with the process:
 * a test closes the contexts it opens, never the browser. Starting one costs half a second of a core, which thirty files
 * would each pay.
 */
export async function oneBrowser(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error('Chromium is not here (Debian: apt-get install chromium).');
  if (started && !(await started).isConnected()) started = undefined;
  started ??= chromium.launch({ executablePath: chromiumPath, args: flags });
  return started;
}
