import type { Value } from '../documents.ts';
import type { Service } from '../services.ts';
import { find, ofKind, type Resource } from './resources.ts';

/** What selects pods that are not there, or leads to ports and workloads that are not. */
export function problemsOfSelectors(service: Service, resources: Resource[]): string[] {
  const { name } = service;
  const deployment = find(resources, 'Deployment', name)?.spec;
  const labels = deployment?.template.metadata.labels;
  const offered = deployment?.template.spec.containers[0].ports.map((port: Value) => port.name) ?? [];
  const { selector, ports = [], clusterIP } = find(resources, 'Service', name)?.spec ?? {};
  const scaled = find(resources, 'HorizontalPodAutoscaler', name)?.spec.scaleTargetRef;
  const budget = find(resources, 'PodDisruptionBudget', name)?.spec;
  const holds: [string, boolean][] = [
    ['its Deployment selects other pods', selects(deployment?.selector.matchLabels, labels)],
    ['its Service selects other pods', selects(selector, labels)],
    ['its Service leads to no port', ports.every((port: Value) => offered.includes(port.targetPort))],
    ['is spread over by its Service, not by who asks', name === 'gateway' || clusterIP === 'None'],
    ['is not scaled', scaled?.kind === 'Deployment' && scaled?.name === name],
    ['is in no disruption budget', selects(budget?.selector.matchLabels, labels)],
    ['loses pods while it is rolled out', deployment?.strategy.rollingUpdate.maxUnavailable === 0],
  ];
  return holds.filter(([, held]) => !held).map(([problem]) => `${name}: ${problem}`);
}

/** Whether every rule of an Ingress leads to a Service and a port of it. */
export function problemsOfIngress(resources: Resource[]): string[] {
  const backends = ofKind(resources, 'Ingress').flatMap(({ spec }) =>
    spec.rules.flatMap(({ http }: Value) => http.paths.map(({ backend }: Value) => backend.service)),
  );
  return backends
    .filter(({ name, port }) => {
      const ports = find(resources, 'Service', name)?.spec.ports ?? [];
      return !ports.some((offered: Value) => offered.name === port.name);
    })
    .map(({ name, port }) => `Ingress: no port ${port.name} of a Service ${name}`);
}

function selects(selector: Record<string, string> | undefined, labels: Record<string, string>): boolean {
  const wanted = Object.entries(selector ?? {});
  return wanted.length > 0 && wanted.every(([name, value]) => labels?.[name] === value);
}
