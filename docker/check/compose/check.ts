import { readDocuments, type Value } from '../documents.ts';
import type { SecretFiles } from '../sample-secrets.ts';
import { emulators, services } from '../services.ts';
import { problemsOfHardening } from './hardening.ts';
import { interpolate } from './interpolate.ts';
import { mergeCompose } from './merge.ts';
import { problemsOfProvision } from './provision.ts';
import { problemsOfReferences } from './references.ts';
import { problemsOfComposeSchema } from './schema.ts';
import { problemsOfService } from './services.ts';

/** What docs/containers.md asks an operator to say; the rest has defaults. */
const OPERATOR = {
  PUBLIC_URL: 'https://shop.example',
  MAIL_FROM: 'Shop <no-reply@shop.example>',
  KAKAOPAY_CID: 'CT00000000',
  RETURN_ORIGINS: 'https://shop.example',
  TOSS_CLIENT_KEY: 'live_ck_sample',
};

const files = ['compose.yaml', 'compose.production.yaml', 'docker/local/servers/compose.ports.yaml'];

/** What is wrong with the Compose files, as they are for trying and as they are for an operator. */
export function problemsOfCompose(secrets: SecretFiles): string[] {
  const [base, production, ports] = files.map((file) => readDocuments(file)[0]);
  const schema = [base, production, ports].flatMap((document, index) =>
    problemsOfComposeSchema(files[index]!, document),
  );
  if (schema.length > 0) return schema;
  const tried = problemsOfRun(interpolate(base, {}), [...services, emulators], secrets);
  const merged = interpolate(mergeCompose(base, production), OPERATOR);
  const run = problemsOfRun(merged, services, secrets);
  const published = problemsOfReferences(interpolate(mergeCompose(base, ports), {}));
  return [
    ...tried.map((problem) => `compose.yaml: ${problem}`),
    ...[...run, ...localLeftovers(merged)].map((problem) => `compose.production.yaml: ${problem}`),
    ...published.map((problem) => `compose.ports.yaml: ${problem}`),
  ];
}

/** What is wrong with one merged and interpolated Compose file. */
export function problemsOfRun(compose: Value, all: typeof services, secrets: SecretFiles): string[] {
  const folders = { '/keys': secrets.local, '/run/secrets': secrets.production };
  return [
    ...problemsOfReferences(compose),
    ...problemsOfHardening(compose),
    ...problemsOfProvision(compose, folders),
    ...all.flatMap((service) => problemsOfService(service, compose, folders)),
  ];
}

/** Nothing that is there without the profile `local` may use what that makes. */
function localLeftovers(compose: Value): string[] {
  return Object.entries<Value>(compose.services)
    .filter(([, service]) => !service.profiles?.includes('local'))
    .flatMap(([name, { environment = {} }]) =>
      Object.entries<string>(environment)
        .filter(([, value]) => /local-only-|emulators|^\/keys\//.test(value))
        .map(([variable]) => `${name}: ${variable} is one of a local run`),
    );
}
