import { problemsOfEnvironment } from '../environment.ts';
import type { Value } from '../documents.ts';
import type { Service } from '../services.ts';
import { find, type Resource } from './resources.ts';

const SECRETS = '/run/secrets/stampede/';
const STOP_WITHIN_S = 20;

export interface Installation {
  resources: Resource[];
  /** What the overlay's ConfigMap holds in the end. */
  settings: Record<string, string>;
  /** Files of each Secret, by its name. */
  secrets: Record<string, string[]>;
  /** Where this machine has sample files of these names. */
  folder: string;
}

/** What is wrong with how a cluster runs a service. */
export function problemsOfWorkload(service: Service, installation: Installation): string[] {
  const { resources, settings } = installation;
  const { name } = service;
  const pod = find(resources, 'Deployment', name)?.spec.template.spec;
  if (pod === undefined) return [`${name}: no Deployment`];
  const [container] = pod.containers;
  const problems = [
    ...problemsOfEnvironment(service, environmentOf(container, installation)),
    ...problemsOfSecrets(pod, installation.secrets),
    ...problemsOfPod(pod),
    ...problemsOfProbes(container),
    ...service.asks.flatMap((other) => problemsOfAddress(other, resources, settings)),
  ];
  const wanted = service.command.join(' ');
  const started = container.command.join(' ');
  if (started !== wanted) problems.push(`is started by ${started}, and by npm start by ${wanted}`);
  if (pod.terminationGracePeriodSeconds * 1_000 <= Number(settings['DRAIN_MS']) + STOP_WITHIN_S * 1_000) {
    problems.push(`is killed within DRAIN_MS and the ${STOP_WITHIN_S} s of its stop`);
  }
  return problems.map((problem) => `${name}: ${problem}`);
}

function environmentOf(container: Value, { settings, folder }: Installation): Record<string, string> {
  const entries = container.env.map(({ name, value, valueFrom }: Value) => {
    if (value !== undefined) return [name, value.replace(SECRETS, `${folder}/`)];
    const { name: map, key } = valueFrom.configMapKeyRef;
    if (map !== 'stampede-settings' || !(key in settings)) return [name, `no setting ${map}/${key}`];
    return [name, settings[key]];
  });
  return Object.fromEntries(entries);
}

/** Its files are those that the Secret which is mounted has. */
export function problemsOfSecrets(pod: Value, secrets: Record<string, string[]>): string[] {
  const [container] = pod.containers;
  const needed = container.env
    .filter(({ value }: Value) => value?.startsWith(SECRETS))
    .map(({ value }: Value) => value.slice(SECRETS.length));
  const { secretName } = pod.volumes.find(({ name }: Value) => name === 'secrets').secret;
  const given = secrets[secretName] ?? [];
  return [
    ...needed
      .filter((file: string) => !given.includes(file))
      .map((file: string) => `${secretName} has no ${file}`),
    ...given.filter((file) => !needed.includes(file)).map((file) => `${secretName}: ${file} is of no use`),
    ...container.volumeMounts
      .filter(({ name }: Value) => !pod.volumes.some((volume: Value) => volume.name === name))
      .map(({ name }: Value) => `no volume ${name}`),
  ];
}

/** What the Pod Security Standard `restricted` asks for, and no way to the cluster's API. */
export function problemsOfPod(pod: Value): string[] {
  const { securityContext: whole = {}, containers } = pod;
  const [{ securityContext: own = {}, resources = {} }] = containers;
  const holds: [string, boolean][] = [
    ['has to run as somebody else than root', whole.runAsNonRoot === true && whole.runAsUser > 0],
    ['has no seccomp profile', whole.seccompProfile?.type === 'RuntimeDefault'],
    ['may gain privileges', own.allowPrivilegeEscalation === false],
    ['may write to its own files', own.readOnlyRootFilesystem === true],
    ['keeps capabilities', own.capabilities?.drop?.join() === 'ALL'],
    ['is given an account of the cluster', pod.automountServiceAccountToken === false],
    ['asks for no CPU, by which it is scaled', resources.requests?.cpu !== undefined],
    ['has no limit of memory', resources.limits?.memory !== undefined],
  ];
  return holds.filter(([, held]) => !held).map(([problem]) => problem);
}

/** Whether it is restarted must depend on itself alone; whether it is asked, on all that it needs. */
function problemsOfProbes(container: Value): string[] {
  const wanted = { startupProbe: '/healthz', readinessProbe: '/readyz', livenessProbe: '/healthz' };
  return Object.entries(wanted).flatMap(([probe, path]) => {
    const { httpGet } = container[probe] ?? {};
    const named = container.ports.some(({ name }: Value) => name === httpGet?.port);
    return httpGet?.path === path && named ? [] : [`its ${probe} does not ask ${path} at a port that it has`];
  });
}

function problemsOfAddress(other: string, resources: Resource[], settings: Record<string, string>): string[] {
  const [port] = find(resources, 'Service', other)?.spec.ports ?? [];
  const url = `http://${other}:${port?.port}`;
  const setting = `${other.toUpperCase()}_URL`;
  return settings[setting] === url ? [] : [`${setting} is ${settings[setting]}, and the Service ${url}`];
}
