import type { Home } from '../home.ts';
import type { KeptProcess } from '../processes/restart.ts';
import type { Shutdown } from '../processes/shutdown.ts';
import { runService } from './run-service.ts';
import type { Service, Services } from './services.ts';

export interface RunServicesOptions {
  home: Home;
  shutdown: Shutdown;
  /** Gives the start up: something that the services stand on has failed. */
  broken: AbortSignal;
  report: (line: string) => void;
  onRestart: () => void;
}

export interface RunningServices {
  /** Resolves, with the reason, when one of them crashed too often. */
  gaveUp: Promise<string>;
  addresses: () => Record<string, { url: string; pid: number }>;
}

/**
 * Starts all services at once: each one waits, in its own readiness, for those that it needs. They stop in
 * stages: the gateway drains while its subgraphs still answer.
 */
export async function runServices(services: Services, options: RunServicesOptions): Promise<RunningServices> {
  const { shutdown, broken, ...rest } = options;
  const failed = new AbortController();
  const signal = AbortSignal.any([shutdown.signal, broken, failed.signal]);
  const stages = [[services.emulators], services.subgraphs, [services.gateway]];

  const starting = stages.flatMap((stage) => {
    const stoppable = new Map<string, { stop: () => Promise<void> }>();
    shutdown.add(async () => void (await Promise.all([...stoppable.values()].map((each) => each.stop()))));
    return stage.map((service) =>
      runService(service, { ...rest, signal, own: (each) => stoppable.set(each.name, each) }),
    );
  });
  try {
    const running = await Promise.all(starting);
    const all = stages.flat();
    return {
      gaveUp: Promise.race(running.map((each) => each.gaveUp)),
      addresses: () => addressesOf(all, running),
    };
  } catch (error) {
    failed.abort(error);
    // The others notice, and none of them starts a process any more that nobody would stop.
    await Promise.allSettled(starting);
    throw error;
  }
}

function addressesOf(
  services: Service[],
  running: KeptProcess[],
): Record<string, { url: string; pid: number }> {
  const entries = services.map((service, index) => [
    service.name,
    { url: service.url, pid: running[index]!.pid() },
  ]);
  return Object.fromEntries(entries) as Record<string, { url: string; pid: number }>;
}
