import { mkdtempDisposable, readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type ObservedServer, startObservedServer } from '../support/observability/observed-server.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../support/observability/otlp-receiver.ts';
import type { ReceivedSpan } from '../support/observability/otlp-spans.ts';
import { sendTraffic } from '../support/observability/traffic.ts';
import { freePort } from '../support/server/free-port.ts';
import { OPERATOR_KEY } from '../support/server/principals.ts';
import { until } from '../support/server/until.ts';
import type { Received } from '../support/webhooks/receiver.ts';

const postgres = inject('postgresUrl') ?? '';
const SERVER = 2;
const CLIENT = 3;
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
/** Holds that arrive in one packet. */
const TOGETHER = 8;
const AT_ONCE = { OTEL_BSP_SCHEDULE_DELAY: '100' };

/** One server, whose traces one collector receives, for all tests of this block. */
describe.skipIf(postgres === '')('traces', () => {
  const stack = new AsyncDisposableStack();
  let collector: OtlpReceiver;
  let observed: ObservedServer;
  let received: readonly Received[];

  beforeAll(async () => {
    collector = stack.use(await startOtlpReceiver());
    observed = stack.use(
      await startObservedServer(postgres, {
        ...AT_ONCE,
        HOLD_TTL: '10s',
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=of%20the%20test',
        OTEL_SERVICE_NAME: 'booking',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      }),
    );
    received = await sendTraffic(observed, 10_000);
    await holdTogether(observed, TOGETHER);
    await fetch(`${observed.url}/vehicles/1/timestamp/2031-01-01`, {
      headers: { authorization: `Bearer ${OPERATOR_KEY}`, traceparent: `00-${TRACE}-${CALLER}-01` },
    });
    await until('the traces of the traffic arrive', () => collector.spans.some(({ traceId }) => traceId === TRACE));
    await until('a pull is traced', () => named('pull').length > 0, 20_000);
  });
  afterAll(() => stack.disposeAsync());

  const named = (name: string) => collector.spans.filter((span) => span.name === name);
  const childrenOf = ({ traceId, spanId }: ReceivedSpan) =>
    collector.spans.filter((span) => span.traceId === traceId && span.parentId === spanId);

  it('a batch has a trace of its own, links to the requests of its callers, and has its statement below it', () => {
    const requests = named('POST /api/v1/reservations');
    expect(requests).toHaveLength(20 + TOGETHER);
    const batches = named('batch hold');
    const linked = batches.flatMap(({ links }) => links);
    expect(new Set(linked)).toEqual(new Set(requests.map(({ spanId }) => spanId)));
    const [batch] = batches.toSorted((a, b) => b.links.length - a.links.length);
    if (!batch) throw new Error('there is no batch');
    expect(batch.links.length).toBeGreaterThan(1);
    expect(batch.parentId).toBe('');
    expect(batch.attributes).toMatchObject({
      'holdfast.batch.lane': 'hold',
      'holdfast.batch.size': batch.links.length,
    });
    const statements = childrenOf(batch);
    expect(statements.map(({ attributes }) => attributes['db.query.text']).join()).toContain('hold_slots');
    expect(statements.every(({ kind }) => kind === CLIENT)).toBe(true);
  });

  it('a request has its route, status and statements, and no query, body or credentials', () => {
    const [request] = named('POST /api/v1/providers');
    if (!request) throw new Error('the request has no span');
    expect(request).toMatchObject({ kind: SERVER, isFailed: false });
    expect(request.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': '/api/v1/providers',
      'holdfast.request_id': expect.any(String),
      'http.response.status_code': 201,
    });
    expect(childrenOf(request).map(({ name }) => name)).toContain('insert provider');
    expect(request.resource).toMatchObject({
      'service.name': 'booking',
      'service.version': expect.stringMatching(/^\d+\./),
      'deployment.environment.name': 'test',
    });
  });

  it('a request on the fast path continues the trace of its caller', () => {
    const spans = collector.spans.filter(({ traceId }) => traceId === TRACE);
    expect(spans.map(({ name, parentId, kind }) => ({ name, parentId, kind }))).toContainEqual({
      name: 'GET /vehicles/:id/timestamp/:timestamp',
      parentId: CALLER,
      kind: SERVER,
    });
  });

  it('a pull has the request to the supplier and its statements below it', () => {
    const pull = named('pull').find((each) => each.attributes['holdfast.pull.outcome'] === 'stored');
    if (!pull) throw new Error('no pull was stored');
    expect(pull.attributes['holdfast.supplier']).toMatch(/^(tours|venue)$/);
    const below = childrenOf(pull);
    const request = below.find(({ name }) => name === 'GET supplier');
    expect(request).toMatchObject({ kind: CLIENT, attributes: { 'http.response.status_code': 200 } });
    expect(below.length).toBeGreaterThan(1);
  });

  it('a delivery is traced, and its receiver is sent the traceparent', () => {
    const [delivery] = named('POST webhook');
    const sent = named('POST webhook').map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`);
    expect(sent).toContain(received[0]?.headers.traceparent);
    expect(delivery).toMatchObject({ kind: CLIENT, attributes: { 'http.response.status_code': 204 } });
  });

  it('nothing that is sent holds a credential, a name of a person, or the address of a webhook', () => {
    expect(collector.headers[0]).toMatchObject({ 'x-collector-key': 'of the test' });
    expect(collector.text).toContain('hold_slots');
    for (const secret of [OPERATOR_KEY, observed.monitorKey, 'Jake', 'Doe', '/hooks', 'whsec_', 'of the test']) {
      expect(collector.text).not.toContain(secret);
    }
  });

  it('health checks and scrapes are not traced', async () => {
    await fetch(`${observed.url}/readyz`);
    expect(collector.spans.filter(({ name }) => /readyz|metrics|healthz/.test(name))).toEqual([]);
  });
});

describe.skipIf(postgres === '')('traces and the life of a server', () => {
  it('a server that stops sends what is left', async () => {
    await using collector = await startOtlpReceiver();
    await using observed = await startObservedServer(postgres, {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '600000',
    });
    await observed.operator.get('/api/v1/providers');
    expect(collector.spans).toEqual([]);
    observed.server.signal('SIGTERM');
    expect(await observed.server.gone()).toBe(0);
    expect(collector.spans.map(({ name }) => name)).toContain('GET /api/v1/providers');
  });

  it('a collector that is away, or does not answer, neither fails a request nor delays a stop', async () => {
    const away = `http://127.0.0.1:${await freePort()}`;
    await using observed = await startObservedServer(postgres, { ...AT_ONCE, OTEL_EXPORTER_OTLP_ENDPOINT: away });
    for (let request = 0; request < 50; request += 1) await observed.operator.get('/api/v1/providers');
    const stoppedAt = performance.now();
    observed.server.signal('SIGTERM');
    expect(await observed.server.gone()).toBe(0);
    expect(performance.now() - stoppedAt).toBeLessThan(5_000);
  });

  it('a ratio of 0 records nothing, except what a recorded caller has begun', async () => {
    await using collector = await startOtlpReceiver();
    await using observed = await startObservedServer(postgres, {
      ...AT_ONCE,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0',
    });
    await observed.operator.get('/api/v1/providers');
    const headers = { authorization: `Bearer ${OPERATOR_KEY}`, traceparent: `00-${TRACE}-${CALLER}-01` };
    await fetch(`${observed.url}/api/v1/clients`, { headers });
    await until('the recorded request arrives', () => collector.spans.length > 0);
    expect(new Set(collector.spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
  });

  it('without a collector no module of the SDK is loaded; control: with one, some are', async () => {
    await using collector = await startOtlpReceiver();
    expect((await loadedModules({})).filter(isOfSdk)).toEqual([]);
    const withCollector = await loadedModules({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    expect(withCollector.filter(isOfSdk).length).toBeGreaterThan(10);
  });
});

/** Sends holds of slots of their own in one packet, so that they share a batch. */
async function holdTogether({ operator, server }: ObservedServer, count: number): Promise<void> {
  const { provider_id: id } = await operator.post('/api/v1/providers', {
    body: { first_name: 'Ann', last_name: 'Lee' },
  });
  const { client_id } = await operator.post('/api/v1/clients', { body: { first_name: 'Joe', last_name: 'Ray' } });
  const ranges = [{ start_time: '2032-01-01T00:00:00Z', end_time: `2032-01-01T0${count / 4}:00:00Z` }];
  const { slots } = await operator.post('/api/v1/providers/{id}/availability', { path: { id }, body: { ranges } });
  const requests = slots.map(({ slot_id }) => {
    const body = JSON.stringify({ client_id, slot_id });
    const head = `POST /api/v1/reservations HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${OPERATOR_KEY}\r\n`;
    return `${head}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  });
  const socket = connect(server.port, '127.0.0.1');
  let answers = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    answers += chunk;
  });
  socket.write(requests.join(''));
  await until('every hold is answered', () => answers.split('HTTP/1.1 201').length === count + 1);
  socket.destroy();
}

/** The API alone is a dependency of prom-client, which loads it. */
const isOfSdk = (url: string) => /@opentelemetry\/(?!api\/)|tracing\/open-tracing/.test(url);

/** The URLs of all modules that a server has loaded until it stopped, as V8 lists them in its report of coverage. */
async function loadedModules(env: Readonly<Record<string, string>>): Promise<string[]> {
  await using directory = await mkdtempDisposable(join(tmpdir(), 'holdfast-modules-'));
  await using observed = await startObservedServer(postgres, { ...env, NODE_V8_COVERAGE: directory.path });
  await observed.operator.get('/api/v1/providers');
  observed.server.signal('SIGTERM');
  await observed.server.gone();
  const [report = ''] = await readdir(directory.path);
  const { result } = JSON.parse(await readFile(join(directory.path, report), 'utf8')) as { result: { url: string }[] };
  expect(result.length).toBeGreaterThan(300);
  return result.map(({ url }) => url);
}
