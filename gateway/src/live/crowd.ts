import { rateLimited, retryAfterMs, serviceUnavailable } from '@stampede/shared/errors';
import { ANONYMOUS, type Identity } from '@stampede/shared/identity';
import { GraphQLError } from 'graphql';
import type { GatewayAdmission } from '../admission/gateway-admission.js';
import type { Charge } from '../rates/charge.js';
import type { ChargeOfRequest } from '../rates/charge-of-request.js';
import type { Rates } from '../rates/rates.js';
import { tooManySubscriptions } from './client-errors.js';
import type { OperationRequest } from './planning/index.js';
import { openShares } from './shares.js';

export interface CrowdLimits {
  /** WebSockets and event streams of this process. */
  connections: number;
  connectionsPerAccount: number;
  /** Of who is not signed in, and of who has not said yet who they are. */
  connectionsPerAddress: number;
  /** Subscriptions, over all of one's connections. */
  subscriptionsPerAccount: number;
  subscriptionsPerAddress: number;
}

/** An operation that was let in. */
export interface Admitted {
  /** It is over; to be called once. */
  ends(): void;
}

/** One connection. */
export interface Visitor {
  /** Counts it as somebody's from now on; before anything is begun over it. @returns why it has to end */
  isOf(identity: Identity): GraphQLError | undefined;
  /** Counts an operation. @returns why it is not to be begun */
  begins(request: OperationRequest): Admitted | GraphQLError;
  /** The connection is gone. */
  leaves(): void;
}

export interface Crowd {
  /** @param identity where it is known already. @returns why nobody comes in, or nobody of theirs */
  enter(address: string, identity?: Identity): Visitor | GraphQLError;
}

export interface CrowdParts {
  rates: Rates;
  chargeOf: ChargeOfRequest;
  admission: Pick<GatewayAdmission, 'isOverloaded'>;
}

/** After which there may be room again. */
const COME_AGAIN_MS = 5_000;

/** Counts who is connected, how often they ask for something, and what they follow. */
export function openCrowd(limits: CrowdLimits, { rates, chargeOf, admission }: CrowdParts): Crowd {
  const ofAccounts = {
    connections: openShares(limits.connectionsPerAccount),
    subscriptions: openShares(limits.subscriptionsPerAccount),
    most: limits.subscriptionsPerAccount,
  };
  const ofAddresses = {
    connections: openShares(limits.connectionsPerAddress),
    subscriptions: openShares(limits.subscriptionsPerAddress),
    most: limits.subscriptionsPerAddress,
  };
  let inside = 0;

  function enter(address: string, first: Identity = ANONYMOUS): Visitor | GraphQLError {
    if (inside >= limits.connections) return serviceUnavailable(COME_AGAIN_MS);
    const whose = { identity: first, address: () => address };
    const countedAs = () =>
      whose.identity.kind === 'user'
        ? { ...ofAccounts, key: whose.identity.userId }
        : { ...ofAddresses, key: address };
    const entered = countedAs();
    if (!entered.connections.take(entered.key)) return rateLimited(COME_AGAIN_MS);
    inside += 1;
    let isHere = true;

    return {
      isOf: (identity) => {
        if (!isHere || identity.kind !== 'user') return undefined;
        const before = countedAs();
        if (!ofAccounts.connections.take(identity.userId)) return rateLimited(COME_AGAIN_MS);
        before.connections.give(before.key);
        whose.identity = identity;
        return undefined;
      },
      begins: ({ query, operationName }) => {
        const charge = chargeOf(query, operationName);
        const refusal = rates.refuse(charge, whose);
        if (refusal) return refusal;
        if (!subscribes(charge)) return ENDS_BY_ITSELF;
        // It would bring work for as long as it lasts. What is followed already goes on.
        if (admission.isOverloaded()) return serviceUnavailable(retryAfterMs(1));
        const { subscriptions, key, most } = countedAs();
        if (!subscriptions.take(key)) return tooManySubscriptions(most);
        return { ends: () => subscriptions.give(key) };
      },
      leaves: () => {
        if (!isHere) return;
        isHere = false;
        inside -= 1;
        const { connections, key } = countedAs();
        connections.give(key);
      },
    };
  }

  return { enter };
}

const ENDS_BY_ITSELF: Admitted = { ends: () => undefined };
const subscribes = (charge: Charge) => charge.some(({ kind }) => kind === 'subscription');
