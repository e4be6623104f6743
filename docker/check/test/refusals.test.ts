import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemsOfHardening } from '../compose/hardening.ts';
import { interpolate } from '../compose/interpolate.ts';
import { mergeCompose } from '../compose/merge.ts';
import { problemsOfReferences } from '../compose/references.ts';
import { problemsOfComposeSchema } from '../compose/schema.ts';
import { problemsOfService } from '../compose/services.ts';
import { readDocuments, root, type Value } from '../documents.ts';
import { problemsOfEnvironment } from '../environment.ts';
import { problemsOfDockerfile, type Repository } from '../image/dockerfile.ts';
import { problemsOfFields } from '../kubernetes/fields.ts';
import { readOverlay } from '../kubernetes/kustomization.ts';
import { problemsOfNetwork } from '../kubernetes/network-policy.ts';
import { problemsOfSelectors } from '../kubernetes/references.ts';
import { find, type Resource } from '../kubernetes/resources.ts';
import { problemsOfSchema } from '../kubernetes/schema.ts';
import { problemsOfWorkload } from '../kubernetes/workloads.ts';
import type { Service } from '../services.ts';

const service = (name: string, folder: string, asks: string[]): Service => ({
  name,
  asks,
  command: ['node', '--enable-source-maps', `${folder}/dist/main.js`],
  readEnv: (source) => Object.keys(source).forEach((variable) => source[variable]),
});
const order = service('order', 'subgraphs/order', ['catalog', 'user']);
const houses = [
  service('gateway', 'gateway', ['user', 'catalog', 'order', 'payment']),
  service('user', 'subgraphs/user', ['catalog', 'order', 'payment']),
  service('catalog', 'subgraphs/catalog', ['order']),
  order,
  service('payment', 'subgraphs/payment', ['order']),
];

const composed = (): Value => interpolate(readDocuments('compose.yaml')[0], {});
const composeProblems = (compose: Value): string[] => [
  ...problemsOfComposeSchema('compose.yaml', compose),
  ...problemsOfReferences(compose),
  ...problemsOfHardening(compose),
  ...problemsOfService(order, compose, {}),
];

test.each<[string, (compose: Value) => unknown, string]>([
  ['a misspelt key', ({ services }) => (services.order.restat = 'always'), 'restat'],
  ['a network that is not there', ({ services }) => services.order.networks.push('back'), 'no network back'],
  [
    'a volume that is not there',
    ({ services }) => (services.redis.volumes = ['data:/data']),
    'no volume data',
  ],
  ['a file that is not there', ({ services }) => (services.redis.volumes = ['./none:/data']), 'no ./none'],
  ['a wait for nobody', ({ services }) => (services.order.depends_on.keys2 = {}), 'no service keys2'],
  ['a wait for an unchecked health', ({ services }) => delete services.redis.healthcheck, 'no health check'],
  ['a port for everybody', ({ services }) => (services.redis.ports = ['6379:6379']), 'from outside'],
  ['a root that can be written', ({ services }) => (services.order.read_only = false), 'own files'],
  ['a stop that is cut off', ({ services }) => (services.order.stop_grace_period = '10s'), 'is killed'],
  ['another command', ({ services }) => services.order.command.shift(), 'is started by'],
  [
    'another port of a service',
    ({ services }) => (services.user.environment.PORT = '80'),
    'asks user elsewhere',
  ],
  [
    'no way to a service',
    ({ services }) => (services.user.networks = ['stores2']),
    'shares no network with user',
  ],
  ['a secret for nobody', ({ services }) => (services.order.secrets = ['x']), 'no use for the secret x'],
])('refuses a Compose file with %s', (_, spoil, problem) => {
  const compose = composed();
  expect(composeProblems(compose)).toEqual([]);
  spoil(compose);
  expect(composeProblems(compose).join('\n')).toContain(problem);
});

test('lays a Compose file over another as Compose does', () => {
  const first = { command: ['a'], networks: ['x'], environment: { A: '1', B: '$$${B:-2}${C}' } };
  const second = { command: ['b'], networks: ['y'], environment: { A: '3' } };
  const merged = interpolate(mergeCompose(first, second), { C: '4' });
  expect(merged).toEqual({ command: ['b'], networks: ['x', 'y'], environment: { A: '3', B: '$24' } });
  expect(() => interpolate('${A:?needed}', {})).toThrow('in a form not known here');
});

const overlay = readOverlay(join(root, 'docker', 'kubernetes', 'example'));
const clusterProblems = (resources: Resource[], settings = overlay.settings, secrets = overlay.secrets) => [
  ...resources.flatMap(problemsOfSchema),
  ...problemsOfWorkload(order, { resources, settings, secrets, folder: '/' }),
  ...problemsOfSelectors(order, resources),
  ...problemsOfNetwork(houses, resources),
];
const pod = (resources: Resource[]): Value => find(resources, 'Deployment', 'order').spec.template.spec;

test.each<[string, (resources: Resource[]) => unknown, string]>([
  ['a text for a number', (all) => (pod(all).terminationGracePeriodSeconds = '45'), 'type'],
  ['a stop that is cut off', (all) => (pod(all).terminationGracePeriodSeconds = 30), 'is killed within'],
  ['root', (all) => delete pod(all).securityContext.runAsNonRoot, 'somebody else than root'],
  ['another command', (all) => pod(all).containers[0].command.pop(), 'is started by'],
  [
    'life that needs others',
    (all) => (pod(all).containers[0].livenessProbe.httpGet.path = '/readyz'),
    'its livenessProbe',
  ],
  ['a Secret of another name', (all) => (pod(all).volumes[0].secret.secretName = 'orders'), 'orders has no'],
  [
    'a setting of another name',
    (all) => (find(all, 'ConfigMap', 'stampede-settings').kind = 'Map'),
    'no schema of',
  ],
  ['a Service of nobody', (all) => (find(all, 'Service', 'order').spec.selector = {}), 'selects other pods'],
  [
    'one address for all pods',
    (all) => delete find(all, 'Service', 'order').spec.clusterIP,
    'by its Service',
  ],
  ['another port', (all) => (find(all, 'Service', 'user').spec.ports[0].port = 80), 'USER_URL is'],
  [
    'a rollout that loses pods',
    (all) => (find(all, 'Deployment', 'order').spec.strategy.rollingUpdate.maxUnavailable = 1),
    'loses pods',
  ],
  [
    'a policy too wide',
    (all) =>
      find(
        all,
        'NetworkPolicy',
        'payment',
      ).spec.ingress[0].from[0].podSelector.matchExpressions[0].values.push('catalog'),
    'payment is asked by catalog by its policy only',
  ],
  [
    'a policy too narrow',
    (all) =>
      find(all, 'NetworkPolicy', 'user').spec.ingress[0].from[0].podSelector.matchExpressions[0].values.pop(),
    'user is asked by order, which is refused',
  ],
  [
    'a default that allows',
    (all) => find(all, 'NetworkPolicy', 'nobody').spec.policyTypes.pop(),
    'is not refused',
  ],
])('refuses manifests with %s', (_, spoil, problem) => {
  const resources = structuredClone(overlay.resources);
  expect(clusterProblems(resources)).toEqual([]);
  spoil(resources);
  expect(clusterProblems(resources).join('\n')).toContain(problem);
});

test('refuses a field of a manifest that Kubernetes does not know', () => {
  const resources = structuredClone(overlay.resources);
  pod(resources).containers[0].imagePullpolicy = 'Always';
  expect(problemsOfFields(resources)).toEqual([
    expect.stringMatching(/^base\/order\.yaml|^order\.yaml: Deployment order: .*imagePullpolicy/),
  ]);
});

test('refuses an environment that its service refuses, and names that it never reads', () => {
  const readEnv = ({ PORT }: Record<string, string | undefined>) => {
    if (PORT !== '1') throw new Error('PORT: is not 1');
  };
  expect(problemsOfEnvironment({ ...order, readEnv }, { PORT: '2', PROT: '1', PORT_FILE: 'x' })).toEqual([
    'PORT: is not 1',
    'PROT: order does not read it',
  ]);
});

const dockerfile = readFileSync(join(root, 'docker', 'Dockerfile'), 'utf8');
const [gateway, ...subgraphs] = houses as [Service, ...Service[]];
const repository: Repository = {
  workspaces: ['shared', 'subgraphs/order'],
  services: [gateway, ...subgraphs],
  emulators: service('emulators', 'emulators', []),
  read: ['gateway/browser/pay/toss.js'],
};

test.each([
  ['a misspelt instruction', 'WORKDIR', 'WORKDIRECTORY', 'Unknown instruction'],
  ['a base of any version', ':24.21.0-bookworm-slim', ':latest', 'not pinned'],
  ['root', 'USER 10001:10001', 'USER root', 'without rights'],
  ['a secret', 'ENV NODE_ENV', 'ENV DB_PASSWORD=x NODE_ENV', 'tells a secret'],
  [
    'a shell that signals end at',
    'CMD ["node", "--enable-source-maps", "gateway/dist/main.js"]',
    'CMD node gateway/dist/main.js',
    'no CMD starts gateway',
  ],
  ['a workspace left out', 'COPY shared/package.json shared/\n', '', 'shared/package.json'],
  [
    'pages left out',
    'COPY --from=build /app/gateway/browser gateway/browser\n',
    '',
    'has no gateway/browser/pay/toss.js',
  ],
])('refuses a Dockerfile with %s', (_, text, instead, problem) => {
  expect(problemsOfDockerfile(dockerfile, repository)).toEqual([]);
  expect(problemsOfDockerfile(dockerfile.replace(text, instead), repository).join('\n')).toContain(problem);
});
