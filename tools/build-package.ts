/**
 * Runs before `npm pack` and `npm publish`, in the package's folder: makes `dist` anew, so that no leftover is published,
 * and puts the licence beside it. What `dist` is for: docs/decisions/0012-packages-built-for-others.md.
 */
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { step } from './step.ts';

const folder = process.cwd();
const root = path.resolve(import.meta.dirname, '..');

rmSync(path.join(folder, 'dist'), { recursive: true, force: true });
if (existsSync(path.join(folder, 'build.ts'))) await step('bundle', ['node', 'build.ts'], folder);
// Not `-b`: a build that believes its own notes would keep what was removed above.
await step('types', [path.join(root, 'node_modules/.bin/tsc'), '-p', 'tsconfig.build.json'], folder);
copyFileSync(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'));
