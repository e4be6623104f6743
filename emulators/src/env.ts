import { BlockList, isIP } from 'node:net';
import { z } from 'zod';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  const family = isIP(host);
  return family !== 0 && loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

/** Every browser takes a name under .localhost for the machine that it runs on (RFC 6761, 6.3). */
const isOwnMachine = (url: string) => /^https?:\/\/([a-z0-9-]+\.)*localhost(:\d+)?$/.test(url);

const shape = {
  NODE_ENV: z
    .string()
    .default('development')
    .refine((value) => value !== 'production', 'emulators take no real money: they do not run in production'),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4090),
  /** How browsers and services reach them, when not by where they listen: in a container. */
  EMULATORS_URL: z.string().refine(isOwnMachine, 'an address under .localhost, without a path').optional(),
  SMTP_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  KAKAOPAY_WINDOW_MS: z.coerce.number().int().min(1).default(900_000),
  TOSS_WINDOW_MS: z.coerce.number().int().min(1).default(1_800_000),
  TOSS_CONFIRM_WINDOW_MS: z.coerce.number().int().min(1).default(600_000),
  /** Empty: none are sent. */
  TOSS_WEBHOOK_URL: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).default(''),
  TOSS_WEBHOOK_RETRY_MS: z.coerce.number().int().min(1).default(1_000),
  KAKAO_CLIENT_SECRET: z.string().min(1).default('local-only-login-secret'),
  NAVER_CLIENT_SECRET: z.string().min(1).default('local-only-login-secret'),
  NAVER_SEARCH_CLIENT_SECRET: z.string().min(1).default('local-only-search-secret'),
  SHOPPING_PER_DAY: z.coerce.number().int().min(0).default(25_000),
  SHOPPING_PER_SECOND: z.coerce.number().int().min(0).default(10),
};

/** In a container, any address is its own network's, and the port that it publishes says who comes in. */
const schema = z
  .object(shape)
  .refine(({ HOST, EMULATORS_URL }) => isLoopback(HOST) || EMULATORS_URL !== undefined, {
    path: ['HOST'],
    message:
      'emulators listen on loopback addresses only, unless EMULATORS_URL says how a container is reached',
    // Said beside what else is wrong, not only once the rest is right.
    when: () => true,
  });

export type Env = z.infer<typeof schema>;

/** Reads what the process was started with; throws one error that lists every problem. */
export function readEnv(variables: Record<string, string | undefined>): Env {
  const parsed = schema.safeParse(variables);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`Cannot start:\n  ${problems.join('\n  ')}`);
}
