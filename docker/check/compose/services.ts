import { problemsOfEnvironment } from '../environment.ts';
import type { Value } from '../documents.ts';
import type { Service } from '../services.ts';
import { secretsOf } from './references.ts';

const SECRETS = '/run/secrets/';

/** What is wrong with how a Compose file starts a service. `folders` are where this machine has its secrets. */
export function problemsOfService(
  service: Service,
  compose: Value,
  folders: Record<string, string>,
): string[] {
  const { name } = service;
  const described = compose.services[name];
  if (described === undefined) return [`${name}: is not there`];
  const environment = described.environment as Record<string, string>;
  const here = Object.entries(environment).map(([variable, value]) => [variable, placed(value, folders)]);
  const problems = [
    ...problemsOfEnvironment(service, Object.fromEntries(here)),
    ...problemsOfSecrets(environment, secretsOf(described)),
    ...service.asks.flatMap((other) => problemsOfAddress(service, other, compose)),
  ];
  const wanted = service.command.join(' ');
  const started = described.command.join(' ');
  if (started !== wanted) problems.push(`is started by ${started}, and by npm start by ${wanted}`);
  return problems.map((problem) => `${name}: ${problem}`);
}

/** Where this machine has what a container has at a path. */
export function placed(value: string, folders: Record<string, string>): string {
  const mounted = Object.keys(folders).find((folder) => value.startsWith(folder));
  return mounted === undefined ? value : folders[mounted] + value.slice(mounted.length);
}

/** Whoever is given a secret needs it, and has what it needs. */
function problemsOfSecrets(environment: Record<string, string>, given: string[]): string[] {
  const named = Object.values(environment).filter((value) => value.startsWith(SECRETS));
  const needed = named.map((value) => value.slice(SECRETS.length));
  return [
    ...needed.filter((name) => !given.includes(name)).map((name) => `is not given the secret ${name}`),
    ...given.filter((name) => !needed.includes(name)).map((name) => `has no use for the secret ${name}`),
  ];
}

/** The other has to listen there, on a network that both are on. */
function problemsOfAddress({ name }: Service, other: string, compose: Value): string[] {
  const asks = compose.services[name];
  const asked = compose.services[other];
  const url = `http://${other}:${asked.environment.PORT}`;
  const shared = networksOf(asks).some((network) => networksOf(asked).includes(network));
  return [
    ...(asks.environment[`${other.toUpperCase()}_URL`] === url
      ? []
      : [`asks ${other} elsewhere than ${url}`]),
    ...(shared ? [] : [`shares no network with ${other}`]),
  ];
}

const networksOf = ({ networks }: Value): string[] =>
  Array.isArray(networks) ? networks : Object.keys(networks);
