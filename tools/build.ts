/** `npm run build`: the element, then the web app. Runs at `npm ci`, so that `npm start` only starts. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { step } from './step.ts';

const root = path.resolve(import.meta.dirname, '..');

await step('element', ['node', 'packages/chatkit-element/build.ts'], root);
// Inside a published or pruned tree the web app's tools may be absent; its built files are then there already.
const vite = path.join(root, 'node_modules/vite/bin/vite.js');
if (existsSync(vite)) await step('web', ['node', vite, 'build', '--logLevel', 'warn'], path.join(root, 'apps/web'));
