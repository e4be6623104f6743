import { messageMutants } from './lists/messages.js';
import { purchaseMutants } from './lists/purchase.js';
import { stockMutants } from './lists/stock.js';

/** Every mechanism that is taken out, one at a time. */
export const mutants = [...stockMutants, ...messageMutants, ...purchaseMutants];
