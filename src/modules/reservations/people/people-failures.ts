import { failure } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';

/** The client's personal data were erased, and no others may take their place. */
export class ClientErased extends failure('conflict', 'client-erased', 'Client was erased') {
  constructor(clientId: Id) {
    super(`Client ${clientId} was erased and cannot be changed. Create a new client`);
  }
}
