/**
 * Plain JavaScript, loaded before the program (`node --import`) by the npm scripts that run until they are stopped: when
 * npm, or whatever else started this process, is gone, it asks itself to stop, as by SIGTERM.
 *
 * npm runs a script in a shell and hands its signals to that shell, which passes them on to nobody: where `sh` is dash
 * (Debian, Ubuntu), npm and shell end and the program would live on. `exec node …` gives the program the shell's place, but
 * cmd.exe knows no `exec`, and no signal tells that npm was killed.
 *
 * The trade: where a shell stays in between, npm ends before the program does. A start that follows at once waits for the
 * one before (platform/database/embedded.ts). What ends with its first process, as a container does, must start node itself.
 */
import { readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const everyMs = 250;
const parent = process.ppid;
const shellStays = isShellOfNpm();

// Workers load this too. On Windows a process keeps the number of a parent that is gone, and asking for it is dear; there
// the console tells all of its processes.
if (isMainThread && process.platform !== 'win32') {
  const npm = shellStays ? parentOfShell() : undefined;
  const look = setInterval(() => {
    // Where the shell cannot be looked at (in a flood of connections no file can be opened), it alone is asked for.
    if (process.ppid === parent && (!shellStays || (parentOfShell() ?? npm) === npm)) return;
    clearInterval(look);
    process.kill(process.pid, 'SIGTERM');
  }, everyMs);
  look.unref();
}

/** Whether the parent is the shell in which npm runs the script. Nobody but Linux tells; macOS has bash, which makes way by itself. */
function isShellOfNpm() {
  const [, option, script] = ofParent('cmdline').split('\0');
  return option === '-c' && script?.startsWith(process.env.npm_lifecycle_script ?? '\0') === true;
}

/** npm, where a shell stays in between: when npm is killed, that shell goes on waiting for this process. */
function parentOfShell() {
  return /\) \S (\d+) /.exec(ofParent('stat'))?.[1];
}

/** @param {string} file */
function ofParent(file) {
  try {
    return readFileSync(`/proc/${parent}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
