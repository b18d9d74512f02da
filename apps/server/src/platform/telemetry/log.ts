import { type Logger, pino } from 'pino';

/** The log of the process: JSON lines, or plain ones where a person looks at a terminal. */
export type Log = Logger;

/** Fields that must never appear in a log, however they got into a line. */
const secrets = ['authorization', 'cookie', 'password', 'token', 'access_token', 'refresh_token', 'secret'];

/**
 * @param level the least severe line to write
 * @param output where lines go; stdout by default
 */
export function createLog(level: string, output: NodeJS.WritableStream & { isTTY?: boolean } = process.stdout): Log {
  // The reader of the log may end, or its disk may be full: then lines are lost, and nothing else fails.
  if (!output.listeners('error').includes(loseLines)) output.on('error', loseLines);
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: [...secrets, ...secrets.map((name) => `*.${name}`), ...secrets.map((name) => `*.*.${name}`)],
    },
    output.isTTY ? { write: (line: string) => void output.write(readable(line)) } : (output as never),
  );
}

/** One line for a person: the time, what happened, and the details as words. A request reads as in an access log. */
function readable(line: string): string {
  const { level, time, msg, err, ...rest } = JSON.parse(line);
  const mark = level === 'info' ? '' : `${level}: `;
  const { method, path, status, ms, request_id: _id, ...others } = rest;
  const text = msg === 'request' ? `${method} ${path} ${status}, ${ms} ms` : msg;
  const details = Object.entries(msg === 'request' ? others : rest).map(([name, value]) => `${name} ${inWords(value)}`);
  const last = details.length > 0 ? ` (${details.join(', ')})` : '';
  return `${time.slice(11, 19)} ${mark}${text ?? ''}${last}${err?.stack ? `\n${err.stack}` : ''}\n`;
}

function inWords(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.length > 3) return `${inWords(value[0])} … ${inWords(value.at(-1))}`;
  if (Array.isArray(value)) return value.map(inWords).join(', ');
  return JSON.stringify(value);
}

function loseLines(): void {}
