export { type Random, seededRandom } from '../../src/platform/seeded-random.ts';
