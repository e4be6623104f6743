import { join } from 'node:path';
import { root } from '../documents.ts';
import type { SecretFiles } from '../sample-secrets.ts';
import { services } from '../services.ts';
import { problemsOfFields } from './fields.ts';
import { readOverlay, type Overlay } from './kustomization.ts';
import { problemsOfNetwork } from './network-policy.ts';
import { problemsOfIngress, problemsOfSelectors } from './references.ts';
import { find } from './resources.ts';
import { problemsOfSchema } from './schema.ts';
import { problemsOfPod, problemsOfSecrets, problemsOfWorkload } from './workloads.ts';

/** What is wrong with the manifests, as the example lays its own over them. */
export function problemsOfKubernetes(secrets: SecretFiles): string[] {
  const overlay = readOverlay(join(root, 'docker', 'kubernetes', 'example'));
  const schema = [...overlay.resources.flatMap(problemsOfSchema), ...problemsOfFields(overlay.resources)];
  if (schema.length > 0) return schema;
  return problemsOfInstallation(overlay, secrets);
}

/** What is wrong with manifests that are in order each by itself. */
export function problemsOfInstallation(overlay: Overlay, secrets: SecretFiles): string[] {
  const { resources } = overlay;
  const installation = { ...overlay, folder: secrets.production };
  const provision = find(resources, 'Job', 'provision')?.spec.template.spec;
  const provisioning = [...problemsOfPod(provision), ...problemsOfSecrets(provision, overlay.secrets)];
  return [
    ...overlay.problems,
    ...services.flatMap((service) => problemsOfWorkload(service, installation)),
    ...services.flatMap((service) => problemsOfSelectors(service, resources)),
    ...provisioning.map((problem) => `provision: ${problem}`),
    ...problemsOfNetwork(services, resources),
    ...problemsOfIngress(resources),
  ];
}
