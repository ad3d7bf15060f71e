import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { IContainer, IPodSpec } from 'kubernetes-models/v1';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { ROUTE_TABLE } from '../../src/access/route-table.ts';
import { parseDurationMs } from '../../src/platform/time/duration.ts';
import { unknownSettings } from './known-settings.ts';
import { type Manifest, readKustomization } from './kustomize.ts';

const KUBERNETES = new URL('../../deploy/kubernetes/', import.meta.url);
/** The schemas of the kinds, by their names in the API of Kubernetes. */
const SCHEMAS = {
  ConfigMap: 'CoreV1ConfigMap',
  Deployment: 'AppsV1Deployment',
  HorizontalPodAutoscaler: 'AutoscalingV2HorizontalPodAutoscaler',
  Job: 'BatchV1Job',
  NetworkPolicy: 'NetworkingV1NetworkPolicy',
  PodDisruptionBudget: 'PolicyV1PodDisruptionBudget',
  Service: 'CoreV1Service',
  ServiceAccount: 'CoreV1ServiceAccount',
};

type Validate = ((data: object) => boolean) & { errors?: readonly { instancePath: string; message?: string }[] };

const require = createRequire(import.meta.url);
// Their classes copy what they validate, and would hide which fields were read.
const MODELS = join(dirname(require.resolve('kubernetes-models')), '_schemas');

/** Checks a manifest against the schema of its kind. @throws if it does not keep to it, or has a field that is not in it */
function check(manifest: Manifest): void {
  const name = SCHEMAS[manifest.kind as keyof typeof SCHEMAS];
  const { validate } = require(join(MODELS, `IoK8sApi${name}.js`)) as { validate: Validate };
  const unread = new Set<string>();
  if (!validate(watchReads(manifest, '', unread))) throw new Error(JSON.stringify(validate.errors));
  // The schemas allow unknown fields. A validator reads the fields that it knows.
  if (unread.size > 0) throw new Error(`unknown fields: ${[...unread].join(', ')}`);
}

/** The same value, which removes from `unread` the path of each field that is read. */
function watchReads<T extends object>(value: T, path: string, unread: Set<string>): T {
  const copy: Record<string, unknown> = Array.isArray(value) ? ([] as never) : {};
  for (const [key, each] of Object.entries(value)) {
    const own = `${path}/${key}`;
    unread.add(own);
    copy[key] = typeof each === 'object' && each !== null ? watchReads(each, own, unread) : each;
  }
  return new Proxy(copy as T, {
    get(target, key) {
      unread.delete(`${path}/${String(key)}`);
      return Reflect.get(target, key);
    },
  });
}

describe.each(['base', 'overlays/staging', 'overlays/production'])('deploy/kubernetes/%s', async (directory) => {
  const manifests = await readKustomization(new URL(`${directory}/`, KUBERNETES));
  const find = <T>(kind: string) => manifests.find((each) => each.kind === kind) as unknown as T;
  const deployment = find<{ spec: { template: { spec: IPodSpec } } }>('Deployment');
  const job = find<{ spec: { template: { spec: IPodSpec } } }>('Job');
  const settings = find<{ data: Record<string, string> }>('ConfigMap').data;
  const pods = [deployment.spec.template.spec, job.spec.template.spec];
  const [server] = deployment.spec.template.spec.containers as [IContainer];

  it('every manifest keeps to the schema of its kind, and one with a misspelt or wrong field does not', () => {
    expect(manifests.map(({ kind }) => kind).sort()).toEqual(Object.keys(SCHEMAS).sort());
    for (const manifest of manifests) check(manifest);
    expect(() => check({ ...find<Manifest>('Service'), spec: { selectors: {} } } as Manifest)).toThrow(
      '/spec/selectors',
    );
    expect(() => check({ ...find<Manifest>('Deployment'), spec: { replicas: 'three' } } as Manifest)).toThrow();
  });

  it('every container runs without root, privileges and a writable root', () => {
    for (const pod of pods) {
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(pod.containers.map(({ securityContext }) => securityContext)).toEqual([
        { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
      ]);
    }
  });

  it('every variable is one that a server reads, and its secrets come from a Secret', async () => {
    const env = pods.flatMap(({ containers }) => containers.flatMap((each) => each.env ?? []));
    expect(await unknownSettings([...env.map(({ name }) => name), ...Object.keys(settings)])).toEqual([]);
    expect(env.filter(({ valueFrom }) => valueFrom?.secretKeyRef === undefined)).toEqual([]);
    expect(Object.keys(settings).filter((name) => /KEY|URL|PASSWORD/.test(name))).toEqual([]);
  });

  it('every probe asks a public path of the server, at its port', () => {
    const probes = [server.startupProbe, server.livenessProbe, server.readinessProbe];
    expect(probes.map((probe) => ROUTE_TABLE[`GET ${probe?.httpGet?.path}`])).toEqual(['public', 'public', 'public']);
    expect(server.readinessProbe?.httpGet?.path).toBe('/readyz');
    expect(probes.map((probe) => probe?.httpGet?.port)).toEqual(['http', 'http', 'http']);
    expect(server.ports).toMatchObject([{ name: 'http', containerPort: 3000 }]);
  });

  it('a pod has time for DRAIN and ten seconds to stop, and is unready before DRAIN ends', () => {
    const drainS = (parseDurationMs(settings.DRAIN ?? '') ?? Number.NaN) / 1_000;
    expect(deployment.spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(drainS + 10);
    const { periodSeconds = 0, failureThreshold = 0 } = server.readinessProbe ?? {};
    expect(periodSeconds * failureThreshold).toBeLessThan(drainS);
  });

  it('the metric that it scales on is one that the server has', () => {
    type Scaler = { spec: { metrics: { pods: { metric: { name: string } } }[] } };
    const names = find<Scaler>('HorizontalPodAutoscaler').spec.metrics.map(({ pods: { metric } }) => metric.name);
    const register = new Registry();
    collectDefaultMetrics({ register });
    expect(names.map((name) => [name, register.getSingleMetric(name) !== undefined])).toEqual([
      ['nodejs_eventloop_lag_p99_seconds', true],
    ]);
    register.clear();
  });

  it('everything that selects pods selects those of the Deployment', () => {
    const { matchLabels } = (deployment as unknown as { spec: { selector: { matchLabels: object } } }).spec.selector;
    expect(find<{ spec: object }>('Service').spec).toMatchObject({ selector: matchLabels });
    expect(find<{ spec: object }>('PodDisruptionBudget').spec).toMatchObject({ selector: { matchLabels } });
    expect(deployment.spec.template).toMatchObject({ metadata: { labels: matchLabels } });
  });
});
