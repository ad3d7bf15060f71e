import type { KeyResponse, NewKeyResponse } from '../../access/index.ts';
import type { Id } from '../../platform/ids.ts';

/** A key that was just made, as the API shows it. */
export interface MadeKey extends NewKeyResponse {
  /** Its text, which is shown this once. */
  readonly key: string;
}

/** The request for a key, as the API has it. */
interface KeyBody {
  readonly name: string;
  readonly role: KeyResponse['role'];
  readonly subject: Id | string | null;
  readonly expires_at: string | null;
}

/** Where keys are: in a database, or behind a running server. */
export interface KeyService extends AsyncDisposable {
  create(body: KeyBody): Promise<MadeKey>;
  list(): Promise<readonly KeyResponse[]>;
  revoke(keyId: string): Promise<void>;
  rotate(keyId: string, overlapS: number): Promise<MadeKey>;
}
