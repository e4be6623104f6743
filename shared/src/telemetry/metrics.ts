import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** A process' metrics, in a registry of its own so that two services can live in one test process. */
export interface Metrics {
  registry: Registry;
  counter<L extends string>(name: string, help: string, labels?: readonly L[]): Counter<L>;
  gauge<L extends string>(name: string, help: string, labels?: readonly L[]): Gauge<L>;
  /** Durations, in seconds. */
  histogram<L extends string>(name: string, help: string, labels?: readonly L[]): Histogram<L>;
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
  return {
    registry,
    counter: (name, help, labels) => new Counter(options(name, help, labels)),
    gauge: (name, help, labels) => new Gauge(options(name, help, labels)),
    histogram: (name, help, labels) =>
      new Histogram({
        ...options(name, help, labels),
        buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      }),
  };
}
