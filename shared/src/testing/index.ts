export { createAccounts } from './accounts.js';
export type { CreateAccountsOptions, TestAccount } from './accounts.js';
export {
  adminDatabaseUrl,
  createTestDatabase,
  discardTestDatabase,
  dropTestDatabase,
  openTestDatabase,
  TEST_ROLE_PASSWORD,
} from './test-database.js';
export type { TestDatabase } from './test-database.js';
export { createShopDatabase } from './shop-database.js';
export { copiedDatabase } from './copied-database.js';
export { deleteTopology } from './delete-topology.js';
export type { DeleteTopologyOptions } from './delete-topology.js';
export { eventually } from './eventually.js';
export { openOwnRedis } from './own-redis.js';
export type { OwnRedis } from './own-redis.js';
export { openTcpProxy, through } from './tcp-proxy.js';
export type { Direction, Slowness, TcpProxy } from './tcp-proxy.js';
export { Buyer } from './buyer.js';
export type { Line, ShipTo } from './buyer.js';
export { agreeAtProvider, pressPay, readTossPage } from './pay-at-provider.js';
export type { Agreed, ProviderName } from './pay-at-provider.js';
export { moneyAtProvider, TOSS_KEY } from './money-at-provider.js';
export type { Money } from './money-at-provider.js';
export { openGraphqlClient } from './graphql-client.js';
export type { GraphqlAnswer, GraphqlClient } from './graphql-client.js';
export { assertInvariants, becomesQuiet, findViolations, inspect } from './invariants.js';
export { compareStock } from './invariants-of-stock.js';
export { CHECKS_OF_WALLETS } from './invariants-of-wallets.js';
export { productKeys, readBooks, readLeftOver, readRedisStock } from './books.js';
export type { Books, LeftOver } from './books.js';
export { STATUS_CHANGES } from './order-statuses.js';
export type { Finding, InvariantParts } from './finding.js';
export { landLateCalls, setFault } from './emulated-provider.js';
export type { Fault, ProviderCalls, TossCalls } from './emulated-provider.js';
export { openSpanCollector } from './span-collector.js';
export type { CollectedSpan, SpanCollector } from './span-collector.js';
export { drillRestore } from './restore-drill.js';
export type { Backup, Step } from './restore-drill.js';
export { openShop } from './shop.js';
export { IDENTITY_SECRET } from './shop-processes.js';
export type { ProcessName, Wire } from './shop-processes.js';
export type { Shop, ShopOptions } from './shop.js';
export type { ServiceProcess } from './service-process.js';
