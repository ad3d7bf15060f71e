import { DataDirectoryError } from '../platform/db/directory-lock.ts';
import { describeDatabaseError } from './parsing/database-error.ts';
import { CommandError } from './parsing/exit-code.ts';

const OFFER = 'Or give "--url" with the address of a running server.';

/** Opens a database for a command that can ask a running server instead, and says so where the database cannot be used. */
export async function offeringUrl<Service>(open: () => Promise<Service>): Promise<Service> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof DataDirectoryError) {
      throw new DataDirectoryError(`${error.message} ${OFFER}`, { cause: error });
    }
    const described = describeDatabaseError(error);
    if (described === undefined || described.isPermanent) throw error;
    throw new CommandError(`${described.sentence} ${OFFER}`, { cause: error });
  }
}
