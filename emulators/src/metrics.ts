import type { Calls } from './calls.js';

interface Counted {
  calls: Calls<string>;
  payments(): number;
}

/** Prometheus' text format, of the payment providers by their names. */
export function metrics(providers: Record<string, Counted>): string {
  const all = Object.entries(providers);
  const counted = all.flatMap(([target, { calls }]) =>
    Object.entries(calls.total).map(
      ([operation, count]) => `emulator_calls_total{target="${target}",operation="${operation}"} ${count}`,
    ),
  );
  return `${[
    '# HELP emulator_calls_total Calls that arrived, whatever their answer.',
    '# TYPE emulator_calls_total counter',
    ...counted,
    '# HELP emulator_payments Payments kept in memory.',
    '# TYPE emulator_payments gauge',
    ...all.map(([target, { payments }]) => `emulator_payments{target="${target}"} ${payments()}`),
  ].join('\n')}\n`;
}
