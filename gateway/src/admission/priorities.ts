import type { Kind as KindOfWork } from '@stampede/shared/admission';
import type { Charge } from '../rates/charge.js';
import type { Kind } from '../rates/kinds.js';

/** What goes first when not all can be done; the least important last. */
export const PRIORITIES = ['payment', 'checkout', 'mutation', 'read', 'sign-in'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** Who pays holds units that others wait for; who buys is what the house is for; who signs in has not begun. */
const PRIORITY_OF: Readonly<Record<Kind, Priority>> = {
  payment: 'payment',
  checkout: 'checkout',
  mutation: 'mutation',
  read: 'read',
  export: 'sign-in',
  document: 'read',
  'sign-in': 'sign-in',
  'social-sign-in': 'sign-in',
  subscription: 'sign-in',
};

/**
 * Some places are for each kind alone: under a flood of what goes first, and while what it needs is away, the others go on.
 * Payments wait for providers and sign-ins for a turn, not for this process: they have enough of their own, and no others.
 */
const OWN: Readonly<Record<Priority, number>> = {
  payment: 2_048,
  checkout: 64,
  mutation: 16,
  read: 16,
  'sign-in': 128,
};

/** Who only looks gives way sooner. */
const PATIENCE: Readonly<Record<Priority, number>> = {
  payment: 1,
  checkout: 1,
  mutation: 1 / 2,
  read: 1 / 4,
  'sign-in': 1 / 4,
};

/** @param patienceMs how long a line of buyers may stand before it counts as overload. */
export const kindsOfWork = (patienceMs: number): KindOfWork<Priority>[] =>
  PRIORITIES.map((name) => ({
    name,
    own: OWN[name],
    common: name !== 'payment' && name !== 'sign-in',
    patienceMs: Math.ceil(patienceMs * PATIENCE[name]),
  }));

/** Of the least important among what is asked: nothing gets ahead by going along with a purchase. */
export function priorityOf(charge: Charge): Priority {
  const ranks = charge.map(({ kind }) => PRIORITIES.indexOf(PRIORITY_OF[kind]));
  return PRIORITIES[Math.max(...ranks)] ?? 'read';
}
