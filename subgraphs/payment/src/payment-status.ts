import { registerEnumType } from 'type-graphql';

export enum PaymentStatus {
  READY = 'READY',
  APPROVING = 'APPROVING',
  APPROVED = 'APPROVED',
  DECLINED = 'DECLINED',
  CANCELLED = 'CANCELLED',
  REFUNDING = 'REFUNDING',
  PARTIALLY_REFUNDED = 'PARTIALLY_REFUNDED',
  REFUNDED = 'REFUNDED',
}
registerEnumType(PaymentStatus, {
  name: 'PaymentStatus',
  description: 'Where a payment stands.',
  valuesConfig: {
    READY: { description: 'The buyer may pay at `redirectUrl`.' },
    APPROVING: { description: 'The provider has been, or will be, asked; its answer decides.' },
    APPROVED: { description: 'The provider has taken the money.' },
    DECLINED: { description: 'It has not, and will not.' },
    CANCELLED: { description: 'Given up before the provider was asked.' },
    REFUNDING: { description: 'Money is on its way back.' },
    PARTIALLY_REFUNDED: { description: 'A part of it is back.' },
    REFUNDED: { description: 'All of it is back.' },
  },
});

/** The only changes of status that there are; `move` refuses every other. */
const ALLOWED: Record<PaymentStatus, readonly PaymentStatus[]> = {
  // REFUNDING, from here as from DECLINED and CANCELLED: found approved at the provider after all.
  READY: [PaymentStatus.APPROVING, PaymentStatus.DECLINED, PaymentStatus.CANCELLED, PaymentStatus.REFUNDING],
  APPROVING: [PaymentStatus.READY, PaymentStatus.APPROVED, PaymentStatus.DECLINED, PaymentStatus.CANCELLED],
  APPROVED: [PaymentStatus.REFUNDING],
  DECLINED: [PaymentStatus.REFUNDING],
  CANCELLED: [PaymentStatus.REFUNDING],
  REFUNDING: [PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED],
  PARTIALLY_REFUNDED: [PaymentStatus.REFUNDING],
  REFUNDED: [],
};

/** @throws Error for a change that is not in the table. */
export function assertAllowed(from: PaymentStatus, to: PaymentStatus): void {
  if (!ALLOWED[from].includes(to)) throw new Error(`a payment never goes from ${from} to ${to}`);
}
