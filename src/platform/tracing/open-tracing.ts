import { AsyncLocalStorage } from 'node:async_hooks';
import { DiagLogLevel, diag, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Logger } from '../logger.ts';
import { createSampler, type SamplerOptions } from './sampler.ts';
import type { RunningSpan, SpanOptions, Tracing } from './tracing.ts';

export interface TracingOptions {
  /** The URL that receives OTLP over HTTP with protobuf. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: SamplerOptions;
}

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL };
/** Time for sending what is left when the program stops. */
const FLUSH_WITHIN_MS = 2_000;
/** A collector that is away is reported once in this time. */
const REPORT_EVERY_MS = 60_000;

/** Starts to record and send spans. This file is the only one that loads OpenTelemetry. */
export function openTracing({ url, headers, resource, sampler }: TracingOptions, logger: Logger): Tracing {
  reportTo(logger);
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers } });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ ...resource }),
    sampler: createSampler(sampler),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer('holdfast');
  const running = new AsyncLocalStorage<RunningSpan>();
  const current = () => {
    const span = running.getStore();
    return span?.isEnded ? undefined : span?.ref;
  };

  function open(
    name: string,
    { kind = 'internal', parent, links = [], attributes }: SpanOptions,
    startTime?: number,
  ): Span {
    const above = parent === 'none' ? undefined : (parent ?? current());
    const context = above ? trace.setSpanContext(ROOT_CONTEXT, above) : ROOT_CONTEXT;
    const options = {
      kind: KINDS[kind],
      links: links.map((link) => ({ context: link })),
      ...(attributes && { attributes }),
      ...(startTime !== undefined && { startTime }),
    };
    return tracer.startSpan(name, options, context);
  }

  const enter: Tracing['enter'] = (span, work) => running.run(span, work);
  return {
    current,
    start: (name, options = {}) => toRunning(open(name, options)),
    enter,
    async run(name, options, work) {
      const span = toRunning(open(name, options));
      try {
        const result = await enter(span, () => work(span));
        span.end();
        return result;
      } catch (error) {
        span.end(error);
        throw error;
      }
    },
    record(name, options, durationMs, error) {
      const endTime = Date.now();
      finish(open(name, options, endTime - durationMs), error, endTime);
    },
    parse: (traceparent) => (traceparent === undefined ? undefined : (parseTraceParent(traceparent) ?? undefined)),
    [Symbol.asyncDispose]: () => within(provider.shutdown(), FLUSH_WITHIN_MS),
  };
}

function toRunning(span: Span): RunningSpan {
  const ref = span.spanContext();
  let isEnded = false;
  return {
    ref,
    get isEnded() {
      return isEnded;
    },
    traceparent: `00-${ref.traceId}-${ref.spanId}-0${ref.traceFlags & 1}`,
    set: (attributes) => void span.setAttributes(attributes),
    end(error) {
      isEnded = true;
      finish(span, error);
    },
  };
}

function finish(span: Span, error: unknown, endTime?: number): void {
  if (error !== undefined) {
    span.setAttribute('error.type', typeOf(error));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end(endTime);
}

/** The type of a failure, such as `slot-taken`, or the class of an error. */
function typeOf(error: unknown): string {
  if (typeof error === 'string') return error;
  if (!(error instanceof Error)) return 'unknown';
  return 'type' in error && typeof error.type === 'string' ? error.type : error.constructor.name;
}

/** The library reports through one global logger. It may not flood ours: a collector is away for hours. */
function reportTo(logger: Logger): void {
  let reportedAt = Number.NEGATIVE_INFINITY;
  const report = (message: string, ...details: unknown[]) => {
    if (performance.now() - reportedAt < REPORT_EVERY_MS) return;
    reportedAt = performance.now();
    logger.warn({ reason: [message, ...details].map(String).join(' ').slice(0, 500) }, 'traces could not be sent');
  };
  const silent = () => {};
  const sink = { error: report, warn: report, info: silent, debug: silent, verbose: silent };
  diag.setLogger(sink, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

async function within(work: Promise<unknown>, ms: number): Promise<void> {
  const { promise: timeout, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work.catch(() => {}), timeout]);
  clearTimeout(timer);
}
