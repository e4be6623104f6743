import type { Route } from '@stampede/shared/http';
import type { Log, Metrics } from '@stampede/shared/telemetry';
import type { Clients } from '../client/clients.js';
import type { Origins } from '../client/origins.js';
import type { Env } from '../env.js';
import type { Identify } from '../identity/identify.js';
import type { Execute } from '../live/operate.js';
import type { Rates } from '../rates/rates.js';
import type { Upstreams } from '../upstream/upstreams.js';
import type { TellPayment } from '../webhooks/tell-payment.js';
import { tossWebhook } from '../webhooks/toss-webhook.js';
import { accountPages } from './account-pages.js';
import { openAskUser } from './ask-user.js';
import { homePage } from './home-page.js';
import { inRouteSpan } from './in-route-span.js';
import { openLimitPages } from './limit-pages.js';
import { productPage } from './product-page.js';
import { returnPage } from './return-page.js';
import { openAskPayment } from './toss/ask-payment.js';
import { TOSS_PAGES, tossPage } from './toss/toss-page.js';
import { tossScript } from './toss/toss-script.js';

export interface PagesOptions {
  env: Env;
  /** The subgraphs of the supergraph, by name. */
  members: readonly string[];
  source: Upstreams['source'];
  execute: Execute;
  identify: Identify;
  clients: Clients;
  origins: Origins;
  rates: Rates;
  tellPayment: TellPayment['ofToss'] | undefined;
  log: Log;
  metrics: Metrics;
}

/** The pages that mails and providers lead to, and what providers send, as far as the house has the services behind them. */
export function servePages(options: PagesOptions): { routes: Record<string, Route>; fallback: Route } {
  const { env, members, source, execute, identify, clients, origins, rates, tellPayment, log, metrics } =
    options;
  const isOurs = (name: string) => env.addresses[name] !== undefined && members.includes(name);
  const pages = openLimitPages(rates, env.TRUSTED_PROXIES);
  const askUser = openAskUser(() => source('user'), log);
  const askPayment = openAskPayment(() => source('payment'), log);
  const toss = isOurs('payment') && inRouteSpan('/pay/toss/:id', pages.view(tossPage(askPayment)));
  const product = inRouteSpan('/products/:id', pages.view(productPage(execute)));
  return {
    routes: {
      '/': homePage,
      '/return': returnPage(env.PUBLIC_URL),
      ...(isOurs('user') &&
        accountPages({ publicUrl: env.PUBLIC_URL, clients, origins, identify, askUser, pages })),
      ...(toss && { '/pay/toss.js': tossScript() }),
      ...(tellPayment && {
        '/webhooks/toss': inRouteSpan('/webhooks/toss', tossWebhook({ env, tellPayment, metrics })),
      }),
    },
    fallback: (request, response, url) =>
      toss && url.pathname.startsWith(TOSS_PAGES)
        ? toss(request, response, url)
        : product(request, response, url),
  };
}
