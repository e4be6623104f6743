import type { Calls } from './calls.js';

/** Prometheus' text format. */
export function metrics(calls: Calls, payments: number): string {
  const counted = Object.entries(calls.total).map(
    ([operation, count]) => `emulator_calls_total{target="kakaopay",operation="${operation}"} ${count}`,
  );
  return `${[
    '# HELP emulator_calls_total Calls that arrived, whatever their answer.',
    '# TYPE emulator_calls_total counter',
    ...counted,
    '# HELP emulator_payments Payments kept in memory.',
    '# TYPE emulator_payments gauge',
    `emulator_payments{target="kakaopay"} ${payments}`,
  ].join('\n')}\n`;
}
