import { ConfigError } from './config-error.ts';
import { type Env, readChoice, readText } from './env.ts';
import { Secret } from './secret.ts';

const SAMPLERS = ['always_on', 'always_off', 'traceidratio'] as const;
type SamplerName = (typeof SAMPLERS)[number];

/** Where traces go. The variables are the standard ones of OpenTelemetry. */
export interface TracesConfig {
  /** Receives OTLP over HTTP with protobuf. */
  readonly url: string;
  /** Values of headers for the collector, such as its key. */
  readonly headers: Readonly<Record<string, Secret>>;
  /** `service.name` and the other attributes of this program. */
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: {
    readonly name: SamplerName;
    /** The share of traces that `traceidratio` records. */
    readonly ratio: number;
    /** Whether a request that belongs to a trace is recorded if and only if its caller is. */
    readonly isParentBased: boolean;
  };
}

/** @returns `undefined` where no collector is configured @throws ConfigError */
export function readTraces(env: Env): TracesConfig | undefined {
  const url =
    readUrl(env, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', '') ?? readUrl(env, 'OTEL_EXPORTER_OTLP_ENDPOINT', '/v1/traces');
  const headers = readPairs('OTEL_EXPORTER_OTLP_HEADERS', readText(env, 'OTEL_EXPORTER_OTLP_HEADERS') ?? '');
  readChoice(env, 'OTEL_EXPORTER_OTLP_PROTOCOL', ['http/protobuf'], 'http/protobuf');
  const resource = readPairs('OTEL_RESOURCE_ATTRIBUTES', readText(env, 'OTEL_RESOURCE_ATTRIBUTES') ?? '');
  const serviceName = readText(env, 'OTEL_SERVICE_NAME') ?? resource['service.name'] ?? 'holdfast';
  const sampler = readSampler(env);
  if (url === undefined) return undefined;
  return {
    url,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, new Secret(value)])),
    resource: { ...resource, 'service.name': serviceName },
    sampler,
  };
}

/** The message does not quote the URL, which may contain a password. */
function readUrl(env: Env, name: string, path: string): string | undefined {
  const text = readText(env, name);
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.hash) {
    throw new ConfigError(`${name} is not an http or https URL without credentials, such as http://127.0.0.1:4318`);
  }
  return `${text.replace(/\/+$/, '')}${path}`;
}

function readSampler(env: Env): TracesConfig['sampler'] {
  const names = [...SAMPLERS, ...SAMPLERS.map((name) => `parentbased_${name}` as const)];
  const chosen = readChoice(env, 'OTEL_TRACES_SAMPLER', names, 'parentbased_always_on');
  const text = readText(env, 'OTEL_TRACES_SAMPLER_ARG');
  const ratio = Number(text ?? '1');
  if (!(ratio >= 0 && ratio <= 1) || !/^[\d.]+$/.test(text ?? '1')) {
    throw new ConfigError(`OTEL_TRACES_SAMPLER_ARG=${text} is not a number from 0 to 1`);
  }
  const name = chosen.replace('parentbased_', '') as SamplerName;
  return { name, ratio, isParentBased: chosen.startsWith('parentbased_') };
}

/** Reads `name=value` pairs, separated by commas, with percent-encoded values. The message does not quote a value. */
function readPairs(variable: string, text: string): Readonly<Record<string, string>> {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name = '', value = ''] = /^\s*([!-+\--<>-~]+?)\s*=\s*([!-~ ]*?)\s*$/.exec(pair) ?? [];
      try {
        if (name !== '') return [name, decodeURIComponent(value)];
      } catch {
        // As for a pair without a name.
      }
      throw new ConfigError(`${variable} is not a list such as name=value,other=value`);
    }),
  );
}
