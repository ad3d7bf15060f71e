import type { HttpServer } from '../../../src/platform/http/http-server.ts';
import { ask } from './test-app.ts';

/** Signs in as the page does. @returns the headers that send the session */
export async function signIn(
  app: HttpServer,
  key: string,
  headers: Record<string, string> = {},
): Promise<{ cookie: string }> {
  const { status, headers: answered } = await ask(app, 'POST', '/api/v1/session', { key }, headers);
  const [cookie] = String(answered['set-cookie']).split(';');
  if (status !== 204 || cookie === undefined) throw new Error(`the sign-in was answered ${status}`);
  return { cookie };
}
