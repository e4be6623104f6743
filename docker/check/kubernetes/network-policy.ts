import type { Value } from '../documents.ts';
import type { Service } from '../services.ts';
import { find, type Resource } from './resources.ts';

/** The policies have to be what services ask of each other, in both directions, and no more. */
export function problemsOfNetwork(services: Service[], resources: Resource[]): string[] {
  const nobody = find(resources, 'NetworkPolicy', 'nobody')?.spec;
  const refused = '{"podSelector":{},"policyTypes":["Ingress","Egress"]}';
  return [
    ...(JSON.stringify(nobody) === refused ? [] : ['what no policy allows is not refused']),
    ...services.flatMap((service) => problemsOfPolicy(service, services, resources)),
  ];
}

function problemsOfPolicy({ name, asks }: Service, services: Service[], resources: Resource[]): string[] {
  const policy = find(resources, 'NetworkPolicy', name)?.spec;
  const askers = services.filter((other) => other.asks.includes(name)).map((other) => other.name);
  const selected = policy?.podSelector.matchLabels['app.kubernetes.io/name'] === name;
  return [
    ...(selected ? [] : [`${name}: no policy of its own`]),
    ...differences(`${name} is asked by`, askers, peersOf(policy?.ingress, 'from')),
    ...differences(`${name} asks`, asks, peersOf(policy?.egress, 'to')),
  ];
}

const peersOf = (rules: Value, side: 'from' | 'to'): string[] =>
  (rules ?? [])
    .flatMap((rule: Value) => rule[side] ?? [])
    .flatMap(({ podSelector }: Value) => named(podSelector));

const named = (selector: Value): string[] =>
  (selector?.matchExpressions ?? []).flatMap(({ key, values }: Value) =>
    key === 'app.kubernetes.io/name' ? values : [],
  );

function differences(what: string, wanted: string[], allowed: string[]): string[] {
  return [
    ...wanted.filter((name) => !allowed.includes(name)).map((name) => `${what} ${name}, which is refused`),
    ...allowed.filter((name) => !wanted.includes(name)).map((name) => `${what} ${name} by its policy only`),
  ];
}
