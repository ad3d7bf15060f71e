import { TraceFlags } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';

export interface SamplerOptions {
  readonly name: 'always_on' | 'always_off' | 'traceidratio';
  readonly ratio: number;
  readonly isParentBased: boolean;
}

export function createSampler({ name, ratio, isParentBased }: SamplerOptions): Sampler {
  const root = createRoot(name, ratio);
  return followLinks(isParentBased ? new ParentBasedSampler({ root }) : root);
}

function createRoot(name: SamplerOptions['name'], ratio: number): Sampler {
  switch (name) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
  }
}

/**
 * Records a batch if one of its callers is recorded. It begins a trace of its own, which by its id alone would be
 * recorded as rarely as any other, and a recorded request would seldom lead to its batch.
 */
function followLinks(sampler: Sampler): Sampler {
  return {
    shouldSample(context, traceId, spanName, spanKind, attributes, links) {
      if (links.length === 0) return sampler.shouldSample(context, traceId, spanName, spanKind, attributes, links);
      const isSampled = links.some((link) => (link.context.traceFlags & TraceFlags.SAMPLED) !== 0);
      return { decision: isSampled ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD };
    },
    toString: () => `followLinks(${sampler})`,
  };
}
