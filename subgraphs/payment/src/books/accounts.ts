import type { FactProvider } from './facts.js';

/** What buyers have paid for orders that are not confirmed. */
export const DEPOSITS = 'deposits';

/** What the platform has earned. */
export const FEES = 'fees';

/** What a provider has taken for us and not given back. */
export const receivable = (provider: FactProvider) => `receivable:${provider}`;

/** What a seller is owed: a wallet. */
export const payable = (sellerId: string) => `payable:${sellerId}`;
