import { baseEnv, publicUrl, readEnv, secret, serviceUrls } from '@stampede/shared/env';
import { fileURLToPath } from 'node:url';
import { safelistOf } from './safelist/settings.js';
import { z } from 'zod';
import { documentLimits } from './limits/settings.js';
import { rate, rates } from './rates/read-rates.js';
import { USUAL_PER_ACCOUNT, USUAL_PER_ADDRESS } from './rates/usual-rates.js';

/** The subgraphs that the house composes; `NAME_URL` or `NAME_URLS` says where each is. */
export const SUBGRAPHS = ['user', 'catalog', 'order', 'payment'] as const;

/** In any other form (capitals, a path, the scheme's own port) it would never be what a browser sends. */
const isOrigin = (text: string) =>
  /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;

const milliseconds = z.coerce.number().int().min(1);
const count = (usual: number) => z.coerce.number().int().min(1).default(usual);

const shape = {
  ...baseEnv,
  ...documentLimits,
  IDENTITY_SECRET: secret(),
  /** Where clients reach this gateway. */
  PUBLIC_URL: publicUrl().default('http://localhost:4000'),
  SUPERGRAPH_FILE: z.string().optional(),
  /** Operations that clients were built with, as Apollo's tools list them; and whether others are run. */
  SAFELIST_FILE: z.string().optional(),
  SAFELIST: z.enum(['off', 'log', 'require']).optional(),
  BODY_LIMIT_BYTES: z.coerce.number().int().min(1_000).default(100_000),
  /** Web origins that may read answers, separated by commas. */
  ALLOWED_ORIGINS: z
    .string()
    .default('')
    .transform((list) => list.split(',').flatMap((origin) => origin.trim() || []))
    .pipe(z.array(z.string().refine(isOrigin, 'an origin as browsers write it, like https://shop.example')))
    .meta({ httpsOnly: true }),
  /** How many proxies before the gateway are the operator's own, and append to X-Forwarded-For. */
  TRUSTED_PROXIES: z.coerce.number().int().min(0).max(16).default(0),
  SUBGRAPH_DEADLINE_MS: milliseconds.default(10_000),
  /** Longer than the payment provider may take to answer an approval. */
  PAYMENT_DEADLINE_MS: milliseconds.default(40_000),
  /** In bytes, of a webhook: a payment with all of its cancellations has a few kilobytes. */
  WEBHOOK_BODY_LIMIT_BYTES: z.coerce.number().int().min(1_000).default(65_536),
  /** Webhooks that are taken of one address, and of all, in 10 s. */
  WEBHOOKS_PER_ADDRESS: z.coerce.number().int().min(1).default(5_000),
  WEBHOOKS_IN_ALL: z.coerce.number().int().min(1).default(10_000),
  /** In which a webhook's body has to come, and payment to take it, each: Toss Payments waits 10 s for the answer. */
  WEBHOOK_DEADLINE_MS: milliseconds.max(4_900).default(4_500),
  /** Milliseconds between pings of live connections; who has not answered by the next is cut off. */
  LIVE_HEARTBEAT_MS: milliseconds.default(15_000),
  /** In which a WebSocket has to send its `connection_init`. */
  LIVE_INIT_MS: milliseconds.default(10_000),
  /** Operations of one WebSocket at a time. */
  LIVE_OPERATIONS: count(100),
  /** Messages of one WebSocket, as PER_SECOND/BURST. */
  LIVE_MESSAGES: rate('100/1000'),
  /** WebSockets and event streams of one account, of the anonymous of one address, and of this process. */
  LIVE_CONNECTIONS_PER_ACCOUNT: count(100),
  LIVE_CONNECTIONS_PER_ADDRESS: count(25_000),
  LIVE_CONNECTIONS: count(50_000),
  /** Subscriptions over all of those connections, of one account and of the anonymous of one address. */
  LIVE_SUBSCRIPTIONS_PER_ACCOUNT: count(1_000),
  LIVE_SUBSCRIPTIONS_PER_ADDRESS: count(100_000),
  /** In which a client has to send a request's headers, all of a request, the next one, and to take an answer. */
  HTTP_HEADERS_MS: milliseconds.default(10_000),
  HTTP_REQUEST_MS: milliseconds.default(30_000),
  HTTP_KEEP_ALIVE_MS: milliseconds.default(65_000),
  HTTP_ANSWER_MS: milliseconds.default(30_000),
  /** Connections of any kind at a time. */
  HTTP_CONNECTIONS: count(60_000),
  /** How often a kind of operation may be asked for, as `kind=PER_SECOND/BURST,…` or `kind=off`. */
  RATES_PER_ACCOUNT: rates(USUAL_PER_ACCOUNT),
  RATES_PER_ADDRESS: rates(USUAL_PER_ADDRESS),
  /** Requests under way at once before others wait, of all kinds; and how many may wait, of each kind. */
  ADMISSION_PLACES: count(512),
  ADMISSION_WAITING: count(10_000),
  /** How long a line may stand before it is kept short by refusals, and how long those in it wait then. */
  ADMISSION_PATIENCE_MS: milliseconds.default(4_000),
  ADMISSION_TARGET_MS: milliseconds.default(50),
  /** How often the supergraph's file is looked at; 0 takes it as it is at the start. */
  SUPERGRAPH_POLL_MS: z.coerce.number().int().min(0).default(5_000),
  /** With it, `/metrics` is for whoever has it. */
  METRICS_TOKEN: secret().optional(),
};

/** Base URLs of the subgraphs: all of them, or with a graph of other services any. */
function addresses(needed: boolean) {
  const urls = needed ? serviceUrls() : serviceUrls().optional();
  return { USER_URLS: urls, CATALOG_URLS: urls, ORDER_URLS: urls, PAYMENT_URLS: urls };
}

export type Env = ReturnType<typeof readGatewayEnv>;

/** Reads the gateway's settings. @throws EnvironmentError with every problem listed. */
export function readGatewayEnv(source: NodeJS.ProcessEnv = process.env) {
  const env = readEnv({ ...shape, ...addresses(!source.SUPERGRAPH_FILE) }, source);
  const byName: Record<string, string[] | undefined> = {
    user: env.USER_URLS,
    catalog: env.CATALOG_URLS,
    order: env.ORDER_URLS,
    payment: env.PAYMENT_URLS,
  };
  return {
    ...env,
    PUBLIC_URL: env.PUBLIC_URL.replace(/\/+$/, ''),
    safelist: safelistOf(env),
    production: env.NODE_ENV === 'production',
    /** Base URLs by subgraph name. */
    addresses: byName,
    supergraphFile: env.SUPERGRAPH_FILE ?? fileURLToPath(new URL('supergraph.graphql', import.meta.url)),
  };
}
