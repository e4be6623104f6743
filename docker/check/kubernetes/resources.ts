import { readDocuments, yamlFiles, type Value } from '../documents.ts';

/** One document of a manifest. */
export interface Resource {
  file: string;
  value: Value;
}

/** Every resource of a folder of manifests, but for the kustomizations themselves. */
export function readResources(folder: string): Resource[] {
  return yamlFiles(folder)
    .filter((file) => !file.endsWith('kustomization.yaml'))
    .flatMap((file) => readDocuments(file, folder).map((value) => ({ file, value })));
}

/** Those of a kind. */
export const ofKind = (resources: Resource[], kind: string): Value[] =>
  resources.filter(({ value }) => value.kind === kind).map(({ value }) => value);

/** The one of a kind and a name. */
export const find = (resources: Resource[], kind: string, name: string): Value =>
  ofKind(resources, kind).find(({ metadata }) => metadata.name === name);
