import { badInput } from '@stampede/shared/errors';
import type { PaymentRow } from '../payment-row.js';
import type { Provider } from '../provider/index.js';

/**
 * Compares what the buyer's browser brought back with what is owed, before anybody is asked to take it.
 *
 * @param amount won; a provider that was told the amount by ourselves needs none.
 * @throws BAD_USER_INPUT
 */
export function checkAmount(
  amount: number | undefined,
  { amount: owed }: Pick<PaymentRow, 'amount'>,
  { opensInBrowser }: Pick<Provider, 'opensInBrowser'>,
): void {
  const path = 'input.amount';
  if (amount === undefined && opensInBrowser) {
    throw badInput({ path, message: 'is needed: it is what the provider’s redirect carried.' });
  }
  if (amount !== undefined && amount !== owed) {
    throw badInput({ path, message: 'is not what is owed.' });
  }
}
