import { spawn } from 'node:child_process';

/** Runs a command with its output shown. Rejects, naming the step, when it fails. */
export async function step(name: string, [command, ...args]: string[], cwd: string, env = process.env): Promise<void> {
  // `node` means the one that runs this: the pinned version, whatever the machine has.
  const program = command === 'node' ? process.execPath : command!;
  const code = await new Promise<number | null>((resolve, reject) => {
    spawn(program, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] })
      .on('error', reject)
      .on('close', resolve);
  });
  if (code !== 0) throw new Error(`${name} failed (exit code ${code})`);
}
