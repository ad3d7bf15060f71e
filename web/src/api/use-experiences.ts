import { experienceListQuery } from './queries.ts';
import { useCached } from './use-cached.ts';

const FRESH_FOR_MS = 60_000;

/** The experiences that suppliers are configured for. */
export function useExperiences() {
  return useCached(experienceListQuery(), { freshForMs: FRESH_FOR_MS });
}
