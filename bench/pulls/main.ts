import { writeFile } from 'node:fs/promises';
import { drawPlanner } from './planner-plot.ts';

await writeFile(new URL('../../docs/planner.svg', import.meta.url), drawPlanner(1));
