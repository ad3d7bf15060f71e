import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

/** A manifest of Kubernetes. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value: unknown;
}

interface Kustomization {
  readonly resources: readonly string[];
  readonly patches?: readonly { target: { kind: string; name: string }; patch: string }[];
}

/** The manifests of a directory: those that its kustomization.yaml lists, with its JSON patches applied. */
export async function readKustomization(directory: URL): Promise<Manifest[]> {
  const { resources, patches = [] } = await readYaml<Kustomization>(new URL('kustomization.yaml', directory));
  const manifests: Manifest[] = [];
  for (const resource of resources) {
    if (resource.endsWith('.yaml')) manifests.push(await readYaml<Manifest>(new URL(resource, directory)));
    else manifests.push(...(await readKustomization(new URL(`${resource}/`, directory))));
  }
  for (const { target, patch } of patches) {
    const patched = manifests.find(({ kind, metadata }) => kind === target.kind && metadata.name === target.name);
    if (patched === undefined) throw new Error(`the patch of ${target.kind} ${target.name} has no manifest`);
    for (const operation of parse(patch) as Operation[]) apply(patched, operation);
  }
  return manifests;
}

async function readYaml<T>(file: URL): Promise<T> {
  return parse(await readFile(file, 'utf8')) as T;
}

function apply(manifest: object, { op, path, value }: Operation): void {
  const keys = path.slice(1).split('/');
  const last = keys.pop() ?? '';
  let place = manifest as Record<string, unknown>;
  for (const key of keys) {
    const next = place[key];
    if (typeof next !== 'object' || next === null) throw new Error(`${path} is in no manifest`);
    place = next as Record<string, unknown>;
  }
  if ((op === 'replace') !== last in place)
    throw new Error(`${op} ${path}: it ${last in place ? 'exists' : 'is missing'}`);
  place[last] = value;
}
