import type { Value } from '../documents.ts';

/** DRAIN_MS as it is unless set, and what a process gives its connections then. */
const STOP_WITHIN_S = 25;

/** What a container of ours has to have, and who may be reached from where. */
export function problemsOfHardening(compose: Value): string[] {
  return Object.entries<Value>(compose.services).flatMap(([name, service]) => {
    const problem = (holds: boolean, text: string) => (holds ? [] : [`${name}: ${text}`]);
    const everyone = [
      ...problem(service.security_opt?.includes('no-new-privileges:true'), 'may gain privileges'),
      ...problem(service.mem_limit !== undefined, 'has no limit of memory'),
      ...problem(service.logging?.options?.['max-size'] !== undefined, 'has logs without a limit'),
      ...problem(service.restart !== undefined, 'does not say whether it is started again'),
      ...problem(!service.privileged && !service.user?.startsWith('0'), 'has more rights than it needs'),
      ...problem(publishedBy(service).every(isOwnMachine) || name === 'gateway', 'is reached from outside'),
    ];
    if (service.build === undefined) return everyone;
    const stops = Number.parseInt(service.stop_grace_period ?? '0', 10);
    const lasting = service.restart !== 'no' && name !== 'emulators';
    return [
      ...everyone,
      ...problem(service.read_only === true, 'may write to its own files'),
      ...problem(service.cap_drop?.join() === 'ALL', 'keeps capabilities'),
      ...problem(service.pids_limit > 0, 'may start any number of processes'),
      ...problem(service.init === true, 'has a process number 1 of its own'),
      ...problem(!lasting || stops > STOP_WITHIN_S, `is killed before the ${STOP_WITHIN_S} s of its stop`),
    ];
  });
}

const publishedBy = (service: Value): string[] => service.ports ?? [];

const isOwnMachine = (port: string): boolean => port.startsWith('127.0.0.1:');
