import type { Generated } from 'kysely';
import type { Id } from '../../../platform/ids.ts';
import type { InstantText } from '../../../platform/time/instant.ts';

interface ProviderTable {
  id: Generated<Id>;
  first_name: string;
  last_name: string;
  time_zone: string;
  created_at: Generated<InstantText>;
}

interface ClientTable {
  id: Generated<Id>;
  first_name: string;
  last_name: string;
  created_at: Generated<InstantText>;
  erased_at: InstantText | null;
}

declare module '../../../platform/db/database.ts' {
  interface Tables {
    provider: ProviderTable;
    client: ClientTable;
  }
}
