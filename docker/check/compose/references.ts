import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, type Value } from '../documents.ts';

/** What a Compose file names and does not have: networks, volumes, secrets, services, files of the repository. */
export function problemsOfReferences(compose: Value): string[] {
  const services = Object.entries<Value>(compose.services);
  return services.flatMap(([name, service]) => [
    ...missing(name, 'network', namesOf(service.networks), compose.networks),
    ...missing(name, 'volume', mountsOf(service).filter(isNamed), compose.volumes),
    ...missing(name, 'secret', secretsOf(service), compose.secrets),
    ...missing(name, 'service', namesOf(service.depends_on), compose.services),
    ...mountsOf(service)
      .filter((source) => !isNamed(source) && !existsSync(join(root, source)))
      .map((source) => `${name}: there is no ${source} to mount`),
    ...conditionsOf(name, service, compose),
  ]);
}

function missing(service: string, kind: string, names: string[], known: Value): string[] {
  return names.filter((name) => !(name in (known ?? {}))).map((name) => `${service}: no ${kind} ${name}`);
}

const namesOf = (list: Value): string[] => (Array.isArray(list) ? list : Object.keys(list ?? {}));

const mountsOf = (service: Value): string[] =>
  (service.volumes ?? []).map((volume: string) => volume.split(':')[0]!);

const isNamed = (source: string): boolean => !/^[./]/.test(source);

/** Names of the secrets that a service is given. */
export const secretsOf = (service: Value): string[] =>
  (service.secrets ?? []).map((secret: Value) => (typeof secret === 'string' ? secret : secret.source));

/** Who waits for another's health waits for ever where nobody looks at it. */
function conditionsOf(name: string, service: Value, compose: Value): string[] {
  return Object.entries<Value>(Array.isArray(service.depends_on) ? {} : (service.depends_on ?? {})).flatMap(
    ([other, { condition }]) => {
      const checked = compose.services[other]?.healthcheck;
      const looked = checked !== undefined && checked.disable !== true;
      return condition === 'service_healthy' && !looked ? [`${name}: ${other} has no health check`] : [];
    },
  );
}
