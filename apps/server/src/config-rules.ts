import { z } from 'zod';

// The rules that several settings share, or that take more than a line.

export const commaList = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
);
export const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .trim()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`));
export const seconds = (least: number, most: number) =>
  z
    .string()
    .trim()
    .regex(/^\d+(\.\d+)?$/, 'must be a number of seconds')
    .transform(Number)
    .pipe(z.number().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`));
export const text = z.string().optional();
export const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' });
const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text;
// People copy addresses out of the address bar.
const bareOrigin = z.string().transform((text) => text.replace(/\/+$/, '').toLowerCase());
const originFault = 'must be origins such as https://chat.example, no path';
export const origins = commaList.pipe(z.array(bareOrigin.pipe(httpUrl.refine(isOrigin, originFault))));
export const originsOrAny = commaList.pipe(
  z.array(bareOrigin.refine((text) => text === '*' || (/^https?:/.test(text) && isOrigin(text)), originFault)),
);
/** Also by the names of Python's logging. */
export const logLevel = z
  .string()
  .trim()
  .toLowerCase()
  .transform((text) => ({ warning: 'warn', critical: 'fatal' })[text] ?? text)
  .pipe(z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']));
export const prices = commaList.transform((parts, context) => {
  const table: Record<string, { input: number; output: number }> = {};
  for (const part of parts) {
    const [, model, input, output] = /^([^=\s]+)=(\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)$/.exec(part) ?? [];
    if (!model) context.addIssue({ code: 'custom', message: 'must be like openai/gpt-5.2=1.25/10' });
    else table[model] = { input: Number(input), output: Number(output) };
  }
  return table;
});
export const databaseUrl = z
  .string()
  // SQLAlchemy names its driver in the scheme; people bring such addresses along.
  .transform((text) => text.replace(/^postgres(?:ql)?(?:\+\w+)?:\/\//, 'postgresql://'))
  .refine((text) => text.startsWith('postgresql://'), 'must begin with postgresql://');
/** One address, or nodes of a cluster. Split only where an address begins: a password may have a comma. */
export const redisUrls = z
  .string()
  .transform((text) => text.split(/\s*,\s*(?=rediss?:)/).map((url) => url.trim()))
  .pipe(
    z.array(
      z
        .url({ protocol: /^rediss?$/, error: 'must begin with redis:// or rediss://' })
        // A URL of this scheme may have commas in its host; people write them between hosts.
        .refine((url) => !new URL(url).host.includes(','), 'must have redis:// or rediss:// before each address'),
    ),
  );

/** An https:// address, or http:// on this machine, where nobody can listen in between. */
const isPrivateTo = (text: string) => {
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
};
const oidcProvider = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/),
  name: z.string().trim().min(1).max(60),
  issuer: z.url({ protocol: /^https?$/ }).refine(isPrivateTo),
  client_id: z.string().min(1).max(500),
  client_secret: z.string().min(1).max(2000).optional(),
  scope: z
    .string()
    .prefault('openid email profile')
    .refine((scope) => scope.split(' ').includes('openid')),
  /** Treats the addresses of this provider as verified, though it does not report that. */
  trust_email: z.boolean().default(false),
});
/** OpenID providers as JSON. The error names the place, never the value: it may hold secrets. */
export const oidcProviders = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'must be JSON: a list of providers' });
      return z.NEVER;
    }
  })
  .pipe(
    z.unknown().transform((value, context) => {
      const parsed = z.array(oidcProvider).max(20).safeParse(value);
      if (parsed.success) {
        const twice = (key: 'id' | 'issuer') => new Set(parsed.data.map((each) => each[key])).size < parsed.data.length;
        if (!twice('id') && !twice('issuer')) return parsed.data;
        context.addIssue({ code: 'custom', message: 'must not have two providers with the same id or issuer' });
        return z.NEVER;
      }
      const [first] = parsed.error.issues;
      const place = first!.path.join('.') || 'the list';
      context.addIssue({
        code: 'custom',
        message: `must be a list of {id, name, issuer, client_id, client_secret}; look at ${place}`,
      });
      return z.NEVER;
    }),
  );
