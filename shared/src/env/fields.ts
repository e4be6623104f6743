import { z } from 'zod';
import { crashEnv } from '../crash-points/index.js';
import { isTyped, passwordProblem, TYPED } from './weak.js';

const LEAST = 32;

/**
 * A secret of at least 32 characters; or several by commas, while they are changed: the first signs, all verify.
 * Production takes none that was typed rather than made.
 */
export const secret = () =>
  z
    .string()
    .refine(
      (text) => text.split(',').every((each) => each.trim().length >= LEAST),
      'a secret has at least 32 characters',
    )
    .meta({ refused: (text: string) => (text.split(',').some(isTyped) ? TYPED : undefined) });

/** The base URL of somebody else's service: https in production, and of another machine. */
export const providerUrl = () => z.url().meta({ httpsOnly: true });

/** Where clients reach the gateway: in production an https address that is said, whatever the default. */
export const publicUrl = () => z.url({ protocol: /^https?$/ }).meta({ httpsOnly: true, required: true });

/** Origins of others, by commas: https in production. */
export const origins = () => z.string().min(1).meta({ httpsOnly: true });

/** What every process reads. */
export const baseEnv = {
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535),
  /**
   * How long after SIGTERM `/readyz` refuses before connections are: as long as it takes until whoever sends requests
   * here has noticed.
   */
  DRAIN_MS: z.coerce.number().int().min(0).max(300_000).default(5_000),
};

const server = (form: RegExp, hint: string) =>
  z.string().regex(form, hint).meta({ refused: passwordProblem });

/** What every subgraph reads besides. */
export const serviceEnv = {
  ...baseEnv,
  ...crashEnv,
  DATABASE_URL: server(/^postgres(ql)?:\/\//, 'a postgres:// URL'),
  REDIS_URL: server(/^rediss?:\/\//, 'a redis:// URL'),
  AMQP_URL: server(/^amqps?:\/\//, 'an amqp:// URL'),
  NAMESPACE: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'lower case letters, digits and dashes')
    .default('stampede'),
  IDENTITY_SECRET: secret(),
  STAMPEDE_DEMO: z
    .enum(['0', '1'])
    .default('0')
    .transform((value) => value === '1'),
};
