import type { Secret } from '../config/secret.ts';
import { askServer, type ServerRequest } from './ask-server.ts';
import { CommandError } from './parsing/exit-code.ts';

/**
 * Sends a request that an operator may make, and returns the body of the answer.
 *
 * @throws CommandError when the server refuses it; as `askServer`
 */
export async function askAsOperator(url: string, key: Secret | undefined, request: ServerRequest): Promise<unknown> {
  const { status, body } = await askServer(url, key, request);
  if (status >= 200 && status < 300) return body;
  const { detail } = (body ?? {}) as { readonly detail?: unknown };
  const reason = typeof detail === 'string' ? detail : 'its answer has no explanation';
  const advice = status === 401 ? ' Set HOLDFAST_KEY to a key of the role operator.' : '';
  throw new CommandError(`${url} answered ${status}: ${reason}.${advice}`);
}
