import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, globSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, matchesGlob, relative } from 'node:path';
import { linkPackages } from './checkout.ts';

/** What `docker build` would leave: the last stage's files below `root`, and how a container is started of them. */
export type Image = {
  root: string;
  /** The folder commands run in, below `root`. */
  directory: string;
  env: Record<string, string>;
  user: string;
  command: string[];
  healthcheck: string[];
};

type Step = { instruction: string; text: string };

/**
 * Runs a Dockerfile's steps in their order in folders instead of containers: `context` is what COPY takes from, through its
 * .dockerignore, and each stage is a folder below `scratch`. Absolute paths of a RUN are taken below that folder.
 *
 * One step is not run as written: `npm ci` is tried (`--dry-run`: npm accepts manifests and lockfile), and what it would
 * install is linked from this checkout, where npm ci did install it. Nothing comes from the network.
 * @param path the PATH of the steps, in the place of the image's own.
 * @param owner stands for the image's user `node`.
 */
export function buildImage(context: string, scratch: string, path: string, owner: { uid: number; gid: number }): Image {
  const stages = new Map<string, Image>();
  let image!: Image;
  const at = (file: string) => join(image.root, file.startsWith('/') ? file : join(image.directory, file));
  for (const { instruction, text } of parse(readFileSync(join(context, 'Dockerfile'), 'utf8'))) {
    if (instruction === 'FROM') {
      const [, name = `stage-${stages.size}`] = / AS (\S+)$/.exec(text) ?? [];
      image = { root: join(scratch, name), directory: '/', env: {}, user: 'root', command: [], healthcheck: [] };
      stages.set(name, image);
      mkdirSync(image.root, { recursive: true });
    } else if (instruction === 'WORKDIR') {
      image.directory = text;
      mkdirSync(at('.'), { recursive: true });
    } else if (instruction === 'COPY') {
      const [, from, files] = /^(?:--from=(\S+) )?(.+)$/.exec(text)!;
      const sources = files!.split(/\s+/);
      const to = sources.pop()!;
      if (from) for (const source of sources) copyStage(join(stages.get(from)!.root, source), at(to));
      else for (const source of sources) copyContext(context, source, to, at(to));
    } else if (instruction === 'RUN') run(text);
    else if (instruction === 'ENV')
      for (const [, name, value] of text.matchAll(/([A-Z_]+)=(\S+)/g)) image.env[name!] = value!;
    else if (instruction === 'USER') image.user = text;
    else if (instruction === 'CMD') image.command = JSON.parse(text);
    else if (instruction === 'HEALTHCHECK') image.healthcheck = JSON.parse(text.slice(text.indexOf('CMD ') + 4));
    else if (instruction !== 'VOLUME' && instruction !== 'EXPOSE') throw new Error(`${instruction} is not known here`);
  }
  return image;

  function run(text: string) {
    const install = /^npm ci\b/.test(text);
    const command = (install ? `${text} --dry-run` : text)
      .replaceAll(/(?<=\s)\/(?=\w)/g, `${image.root}/`)
      .replaceAll('node:node', `${owner.uid}:${owner.gid}`);
    const env = { PATH: path, HOME: scratch, NPM_CONFIG_OFFLINE: 'true', ...image.env };
    execFileSync('/bin/sh', ['-ec', command], { cwd: at('.'), env, stdio: 'pipe' });
    if (install) linkPackages(at('.'));
  }
}

function parse(dockerfile: string): Step[] {
  return dockerfile
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter(Boolean)
    .map((line) => ({ instruction: line.slice(0, line.indexOf(' ')), text: line.slice(line.indexOf(' ') + 1).trim() }));
}

/** Copies one source of the build context as COPY does: a folder gives its content, and what is ignored is not there. */
function copyContext(context: string, source: string, to: string, target: string): void {
  const rules = readFileSync(join(context, '.dockerignore'), 'utf8').split('\n').filter(Boolean);
  const ignored = (path: string) => {
    let out = false;
    for (const rule of rules) {
      const pattern = rule.replace(/^!/, '');
      for (let part = path; part !== '.'; part = dirname(part))
        if (matchesGlob(part, pattern)) out = !rule.startsWith('!');
    }
    return out;
  };
  const from = join(context, source);
  const folder = statSync(from).isDirectory();
  if (!folder && ignored(source)) throw new Error(`.dockerignore leaves out ${source}`);
  cpSync(from, !folder && to.endsWith('/') ? join(target, basename(source)) : target, {
    recursive: true,
    filter: (path) => path === from || !ignored(relative(context, path)),
  });
}

/** `COPY --from`: the other stage is not needed any more, so its content is moved. */
function copyStage(from: string, to: string): void {
  execFileSync('mv', [...globSync('{*,.*}', { cwd: from }).map((name) => join(from, name)), to]);
  chmodSync(to, 0o755);
}
