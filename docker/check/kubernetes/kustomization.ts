import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readDocuments, root, yamlFiles, type Value } from '../documents.ts';
import { find, readResources, type Resource } from './resources.ts';

/** What kustomize would make of an overlay, as far as the checks need it. */
export interface Overlay {
  resources: Resource[];
  settings: Record<string, string>;
  secrets: Record<string, string[]>;
  problems: string[];
}

/** The fields of `kustomize.config.k8s.io/v1beta1` that ours use; kustomize refuses those that it does not know. */
const FIELDS = 'apiVersion kind namespace resources images configMapGenerator secretGenerator'.split(' ');

/** Reads an overlay and what it stands on, by the path of its folder. */
export function readOverlay(folder: string): Overlay {
  const [kustomization] = readDocuments('kustomization.yaml', folder);
  const entries: string[] = kustomization.resources ?? [];
  const below = entries
    .filter((entry) => isFolder(join(folder, entry)))
    .map((entry) => readOverlay(join(folder, entry)));
  const resources = [...readResources(folder), ...below.flatMap((each) => each.resources)];
  const generated = kustomization.configMapGenerator?.[0] ?? { literals: [] };
  const settings = find(resources, 'ConfigMap', 'stampede-settings')?.data ?? {};
  const laid = Object.fromEntries(generated.literals.map((literal: string) => splitLiteral(literal)));
  const secretsOf = ({ name, files }: Value) => [name, files.map((file: string) => basename(file))];
  return {
    resources,
    settings: { ...settings, ...laid },
    secrets: Object.fromEntries((kustomization.secretGenerator ?? []).map(secretsOf)),
    problems: [
      ...below.flatMap((each) => each.problems),
      ...problemsOfFiles(folder, entries),
      ...Object.keys(kustomization)
        .filter((field) => !FIELDS.includes(field))
        .map((field) => `${folder}: ${field}?`),
      ...Object.keys(laid)
        .filter((name) => !(name in settings))
        .map((name) => `${folder}: ${name} is no setting`),
      ...problemsOfImages(kustomization, resources),
    ],
  };
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

function splitLiteral(literal: string): [string, string] {
  const at = literal.indexOf('=');
  return [literal.slice(0, at), literal.slice(at + 1)];
}

/** A manifest that no kustomization names is applied by nobody. */
function problemsOfFiles(folder: string, entries: string[]): string[] {
  const place = folder.slice(root.length + 1);
  const own = yamlFiles(folder).filter((file) => file !== 'kustomization.yaml');
  return [
    ...entries.filter((entry) => !existsSync(join(folder, entry))).map((entry) => `${place}: no ${entry}`),
    ...own
      .filter((file) => !entries.includes(file))
      .map((file) => `${place}: ${file} is not among its resources`),
  ];
}

function problemsOfImages({ images = [] }: Value, resources: Resource[]): string[] {
  const used = resources.flatMap(({ value }) => value.spec?.template?.spec?.containers ?? []);
  return images
    .filter(({ name }: Value) => used.some(({ image }: Value) => image !== name))
    .map(({ name }: Value) => `a container is of another image than ${name}`);
}
