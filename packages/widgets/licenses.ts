import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/**
 * Writes the licences of the packages that were bundled or copied, as each of them asks of who passes it on.
 * @param inputs files of packages, absolute or below `here`; what is not in a node_modules is our own and left out.
 * @throws Error when a package names no licence: it must not be shipped then.
 */
export async function writeLicenses(to: string, here: string, inputs: Iterable<string>): Promise<void> {
  const folders = new Set<string>();
  for (const input of inputs) {
    const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/@]+(?=\/)/.exec(resolve(here, input))?.[0];
    if (folder) folders.add(folder);
  }
  const parts = await Promise.all([...folders].map(describe));
  await writeFile(to, `What is bundled here, and its terms.\n\n${parts.sort().join('\n')}`);
}

async function describe(folder: string): Promise<string> {
  const { name, version, license, homepage } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|copying|notice)(\.|-|$)/i.test(file));
  const texts = await Promise.all(files.sort().map((file) => readFile(join(folder, file), 'utf8')));
  if (texts.length === 0 && !license) throw new Error(`${name} names no licence`);
  const text = texts.length > 0 ? texts.map((one) => one.trim()).join('\n\n') : `${license} (${homepage ?? name})`;
  return `${'='.repeat(72)}\n${name} ${version} · ${license ?? 'see below'}\n\n${text}\n`;
}
