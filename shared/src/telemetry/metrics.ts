import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/**
 * A process' metrics, in a registry of its own so that two services can live in one test process. Labels are of
 * bounded sets (fields of the schema, queues, codes), never people, products or orders. What an alert asks for is there
 * from the start, with 0: a counter that appears with its first event has not risen, for Prometheus.
 */
export interface Metrics {
  registry: Registry;
  counter<L extends string>(name: string, help: string, labels?: readonly L[]): Counter<L>;
  gauge<L extends string>(name: string, help: string, labels?: readonly L[]): Gauge<L>;
  /** Durations, in seconds. */
  histogram<L extends string>(name: string, help: string, labels?: readonly L[]): Histogram<L>;
  /** What is looked up when it is asked for. A scrape waits for nothing: `read` answers from memory. */
  reading(name: string, help: string, read: () => number): void;
  /** As `reading`, of several. @param label has their keys as its values. */
  readings(name: string, help: string, label: string, read: () => Record<string, number>): void;
}

/** Opens the registry; Node's own figures (event loop, memory, CPU) are in it under their usual names. */
export function openMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const options = <L extends string>(name: string, help: string, labels: readonly L[] = []) => ({
    name: `stampede_${name}`,
    help,
    labelNames: labels,
    registers: [registry],
  });
  const metrics: Metrics = {
    registry,
    counter: (name, help, labels) => new Counter(options(name, help, labels)),
    gauge: (name, help, labels) => new Gauge(options(name, help, labels)),
    histogram: (name, help, labels) =>
      new Histogram({
        ...options(name, help, labels),
        buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      }),
    reading: (name, help, read) => {
      const gauge: Gauge = new Gauge({ ...options(name, help), collect: () => gauge.set(read()) });
    },
    readings: (name, help, label, read) => {
      const gauge: Gauge = new Gauge({
        ...options(name, help, [label]),
        collect: () => {
          for (const [value, reading] of Object.entries(read())) gauge.set({ [label]: value }, reading);
        },
      });
    },
  };
  metrics.reading(
    'memory_limit_bytes',
    'What the process may use: of its container, or of the machine.',
    () => Math.min(process.constrainedMemory() || Infinity, totalmem()),
  );
  metrics.gauge('build_info', 'Always 1; which release runs.', ['version']).set({ version: version() }, 1);
  return metrics;
}

/** Of this package, whose number is the platform's. */
function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
