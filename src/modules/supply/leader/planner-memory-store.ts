import { sql } from 'kysely';
import type { Reader, Tx } from '../../../platform/db/database.ts';
import type { PlannerMemory } from '../planner/planner.ts';

export async function readPlannerMemory(reader: Reader, supplierId: string): Promise<PlannerMemory | undefined> {
  const { rows } = await sql<{ memory: PlannerMemory }>`
    select memory from planner_memory where supplier_id = ${supplierId}`.execute(reader);
  return rows[0]?.memory;
}

export async function writePlannerMemory(tx: Tx, supplierId: string, memory: PlannerMemory): Promise<void> {
  await sql`
    insert into planner_memory (supplier_id, memory) values (${supplierId}, ${JSON.stringify(memory)}::jsonb)
    on conflict (supplier_id) do update set memory = excluded.memory`.execute(tx);
}
