import { describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.ts';
import { readTraces } from './traces.ts';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318/' };

describe('readTraces', () => {
  it('there are no traces without an endpoint', () => {
    expect(readTraces({ OTEL_SERVICE_NAME: 'booking' })).toBeUndefined();
  });

  it('an endpoint alone records everything, under the name holdfast', () => {
    expect(readTraces(ENDPOINT)).toEqual({
      url: 'http://127.0.0.1:4318/v1/traces',
      headers: {},
      resource: { 'service.name': 'holdfast' },
      sampler: { name: 'always_on', ratio: 1, isParentBased: true },
    });
  });

  it('every setting is read', () => {
    const traces = readTraces({
      ...ENDPOINT,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://collector.example/traces',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%2Cb, x-other = c',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,deployment.environment.name=test',
      OTEL_SERVICE_NAME: 'booking',
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
    });
    expect(traces).toMatchObject({
      url: 'https://collector.example/traces',
      resource: { 'service.name': 'booking', 'deployment.environment.name': 'test' },
      sampler: { name: 'traceidratio', ratio: 0.25, isParentBased: false },
    });
    expect(traces?.headers['x-key']?.reveal()).toBe('a,b');
    expect(traces?.headers['x-other']?.reveal()).toBe('c');
    expect(JSON.stringify(traces)).not.toContain('a,b');
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, 'OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https URL'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://me:secret@collector' }, 'without credentials'],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'OTEL_EXPORTER_OTLP_PROTOCOL=grpc'],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'secret' }, 'OTEL_EXPORTER_OTLP_HEADERS is not a list'],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'x-key=%zz' }, 'OTEL_EXPORTER_OTLP_HEADERS is not a list'],
    [{ OTEL_TRACES_SAMPLER: 'sometimes' }, 'OTEL_TRACES_SAMPLER=sometimes'],
    [{ OTEL_TRACES_SAMPLER_ARG: '2' }, 'OTEL_TRACES_SAMPLER_ARG=2 is not a number from 0 to 1'],
  ])('%j is refused with "%s"', (env, message) => {
    expect(() => readTraces({ ...ENDPOINT, ...env })).toThrow(ConfigError);
    expect(() => readTraces({ ...ENDPOINT, ...env })).toThrow(message);
    expect(() => readTraces({ ...ENDPOINT, ...env })).not.toThrow('secret');
  });
});
