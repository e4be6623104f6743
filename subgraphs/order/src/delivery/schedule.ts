import { EnvironmentError } from '@stampede/shared/env';
import { z } from 'zod';
import { OrderStatus } from '../order-status.js';

const LONGEST_S = 365 * 24 * 60 * 60;

/** Whole seconds, or `never`, which is null. */
const wait = (unlessSet: string) =>
  z
    .string()
    .default(unlessSet)
    .transform((text, context) => {
      if (text === 'never') return null;
      if (/^\d{1,8}$/.test(text) && Number(text) <= LONGEST_S) return Number(text);
      context.addIssue(`whole seconds, at most ${LONGEST_S}, or never`);
      return z.NEVER;
    });

/** Settings of the steps that orders take by themselves. */
export const deliveryEnv = {
  /** From CONFIRMED to PREPARING; as long as a seller who has sold by mistake has to call. */
  DELIVERY_PREPARE_AFTER_S: wait('1800'),
  /** From PREPARING to SHIPPED; no schedule knows a carrier's number, so that it is the seller who ships. */
  DELIVERY_SHIP_AFTER_S: wait('never'),
  /** From SHIPPED to DELIVERED. */
  DELIVERY_ARRIVE_AFTER_S: wait(String(3 * 24 * 60 * 60)),
  /** Who carries what is shipped by schedule. */
  DELIVERY_CARRIER: z.string().trim().min(1).max(50).optional(),
};

type DeliveryEnv = z.infer<z.ZodObject<typeof deliveryEnv>>;

/** A step that orders take by themselves when they have been in `from` for `afterS` seconds. */
export interface ScheduledStep {
  from: OrderStatus;
  to: OrderStatus;
  afterS: number;
}

export interface DeliverySchedule {
  /** Without those that are never taken. */
  steps: ScheduledStep[];
  /** Set when SHIPPED is among the steps. */
  carrier: string;
}

/** @throws EnvironmentError when parcels would be shipped without anybody to carry them, or would never be packed. */
export function scheduleOf(env: DeliveryEnv): DeliverySchedule {
  const carrier = env.DELIVERY_CARRIER;
  if (env.DELIVERY_SHIP_AFTER_S !== null && carrier === undefined) {
    throw new EnvironmentError(['DELIVERY_CARRIER: is needed where DELIVERY_SHIP_AFTER_S is not never']);
  }
  if (env.DELIVERY_SHIP_AFTER_S !== null && env.DELIVERY_PREPARE_AFTER_S === null) {
    throw new EnvironmentError(['DELIVERY_SHIP_AFTER_S: never, where DELIVERY_PREPARE_AFTER_S is never']);
  }
  const { CONFIRMED, PREPARING, SHIPPED, DELIVERED } = OrderStatus;
  const steps = [
    { from: CONFIRMED, to: PREPARING, afterS: env.DELIVERY_PREPARE_AFTER_S },
    { from: PREPARING, to: SHIPPED, afterS: env.DELIVERY_SHIP_AFTER_S },
    { from: SHIPPED, to: DELIVERED, afterS: env.DELIVERY_ARRIVE_AFTER_S },
  ];
  return {
    steps: steps.filter((step): step is ScheduledStep => step.afterS !== null),
    carrier: carrier ?? '',
  };
}
