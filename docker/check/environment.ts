import type { Service } from './services.ts';

type Variables = Record<string, string>;

/** Read by Node and by libraries of ours, not by a service's own settings. */
const READ_BY_OTHERS = /^(NODE_OPTIONS|NODE_COMPILE_CACHE|APOLLO_TELEMETRY_DISABLED|OTEL_[A-Z_]+)$/;

/**
 * What is wrong with the environment that a service is given: whatever its own reader refuses, names that it
 * never reads, and addresses of services that it does not ask.
 */
export function problemsOfEnvironment(service: Service, variables: Variables): string[] {
  const asked = new Set<string>();
  const recorded = new Proxy(variables, {
    get: (all, name) => {
      if (typeof name === 'string') asked.add(name);
      return Reflect.get(all, name) as string | undefined;
    },
  });
  const problems: string[] = [];
  try {
    service.readEnv(recorded);
  } catch (error) {
    problems.push(...((error as { problems?: string[] }).problems ?? [(error as Error).message]));
  }
  const unread = Object.keys(variables).filter(
    (name) => !asked.has(name) && !asked.has(name.replace(/_FILE$/, '')) && !READ_BY_OTHERS.test(name),
  );
  return [...problems, ...unread.map((name) => `${name}: ${service.name} does not read it`)];
}
