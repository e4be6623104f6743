import type { Buyer } from '@stampede/shared/testing';
import { checkoutRequest } from '../checkouts/checkout-request.js';
import { SIGN_IN, type Signer } from '../flash-sale/sign-ins.js';
import { graphqlRequest } from '../load/requests.js';
import { stockRequest } from '../stock-reads/reader/stock-request.js';
import type { Kind } from './presses/press.js';
import { ANY_KEY, ANY_PRODUCT } from './presses/stencil.js';
import type { Pressed } from './presses/told.js';

export interface People {
  buyers: Buyer[];
  signers: Signer[];
  /** With more units than are asked for. */
  selling: Pressed;
  /** Of which nothing is left. */
  soldOut: Pressed;
}

/** Of so many who press, one presses for what is still there: most of those who come to a rush come too late. */
const ONE_WINS_OF = 10;
/** Nobody floods from one address: each would be let in 20 times a second. */
const ADDRESSES = Array.from({ length: 200 }, (_, number) => `127.0.1.${number + 1}`);

/** What comes, by name. */
export function kindsOf(
  gateway: URL,
  { buyers, signers, selling, soldOut }: People,
  connections: number,
): Record<'checkouts' | 'reads' | 'signIns', Kind> {
  return {
    checkouts: {
      requests: buyers.map((buyer) => checkoutRequest(gateway, buyer, ANY_PRODUCT, ANY_KEY)),
      products: [selling, ...Array.from({ length: ONE_WINS_OF - 1 }, () => soldOut)],
      connections,
    },
    reads: {
      requests: buyers.map(({ account }) => stockRequest(gateway, account.accessToken)),
      products: [selling, soldOut],
      connections,
    },
    signIns: {
      requests: signers.map((input) => graphqlRequest(gateway, { query: SIGN_IN, variables: { input } })),
      products: [],
      connections,
      addresses: ADDRESSES,
    },
  };
}
