import { validate as configMap } from 'kubernetes-models/_schemas/IoK8sApiCoreV1ConfigMap';
import { validate as deployment } from 'kubernetes-models/_schemas/IoK8sApiAppsV1Deployment';
import { validate as autoscaler } from 'kubernetes-models/_schemas/IoK8sApiAutoscalingV2HorizontalPodAutoscaler';
import { validate as ingress } from 'kubernetes-models/_schemas/IoK8sApiNetworkingV1Ingress';
import { validate as job } from 'kubernetes-models/_schemas/IoK8sApiBatchV1Job';
import { validate as namespace } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Namespace';
import { validate as networkPolicy } from 'kubernetes-models/_schemas/IoK8sApiNetworkingV1NetworkPolicy';
import { validate as disruptionBudget } from 'kubernetes-models/_schemas/IoK8sApiPolicyV1PodDisruptionBudget';
import { validate as service } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Service';
import type { Resource } from './resources.ts';

type Validate = ((value: unknown) => boolean) & {
  errors?: { instancePath: string; message?: string; keyword: string; params: object }[];
};

/** Compiled from the schemas that Kubernetes publishes of its API. */
const schemas: Record<string, Validate> = {
  'v1/ConfigMap': configMap,
  'v1/Namespace': namespace,
  'v1/Service': service,
  'apps/v1/Deployment': deployment,
  'autoscaling/v2/HorizontalPodAutoscaler': autoscaler,
  'batch/v1/Job': job,
  'networking.k8s.io/v1/Ingress': ingress,
  'networking.k8s.io/v1/NetworkPolicy': networkPolicy,
  'policy/v1/PodDisruptionBudget': disruptionBudget,
};

/** What of a resource its published schema refuses; names that no schema knows are found by `fields.ts`. */
export function problemsOfSchema({ file, value }: Resource): string[] {
  const at = `${file}: ${value.kind} ${value.metadata?.name}`;
  const validate = schemas[`${value.apiVersion}/${value.kind}`];
  if (validate === undefined) return [`${at}: no schema of ${value.apiVersion} ${value.kind} is known here`];
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, keyword, params }) =>
      `${at}${instancePath}: ${message ?? keyword} ${JSON.stringify(params)}`,
  );
}
