import type { Generated } from 'kysely';
import type { Id } from '../../platform/ids.ts';
import type { InstantText } from '../../platform/time/instant.ts';

interface VehicleTable {
  id: Generated<Id>;
  make: string;
  model: string;
  created_at: Generated<InstantText>;
}

declare module '../../platform/db/database.ts' {
  interface Tables {
    vehicle: VehicleTable;
  }
}
