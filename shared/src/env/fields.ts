import { z } from 'zod';

/** A secret of at least 32 characters. */
export const secret = () => z.string().min(32, 'a secret has at least 32 characters');

/** The base URL of somebody else's service: https in production. */
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
};

/** What every subgraph reads besides. */
export const serviceEnv = {
  ...baseEnv,
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'a postgres:// URL'),
  REDIS_URL: z.string().regex(/^rediss?:\/\//, 'a redis:// URL'),
  AMQP_URL: z.string().regex(/^amqps?:\/\//, 'an amqp:// URL'),
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
