import { SERVICES, type ServiceName } from '@stampede/shared/database';
import { readFileSync } from 'node:fs';

export type CrashingService = ServiceName | 'gateway';
export const CRASHING_SERVICES: readonly CrashingService[] = [...SERVICES, 'gateway'];

/** A step at which one process is killed. */
export interface Point {
  service: CrashingService;
  /** As CRASH_AT takes it: `place-order/commit/before`. */
  name: string;
}

/** `order place-order/commit/before`: as a process writes it down, and as the list has it. */
export const lineOf = ({ service, name }: Point): string => `${service} ${name}`;

/** Reads what processes have written down, each point once, sorted. */
export function readPassed(file: string): Point[] {
  const lines = new Set(readFileSync(file, 'utf8').split('\n').filter(Boolean));
  return [...lines].toSorted().map((line) => {
    const [service = '', name = ''] = line.split(' ');
    return { service: service as CrashingService, name };
  });
}
