const OPERATOR_KEY = 'an-operator-key-of-the-bench-only-0123456789';

/** Settings of a server with access control, whose limits no load of a figure reaches. */
export const AUTH_ON = {
  AUTH: 'on',
  HOLDFAST_OPERATOR_KEY: OPERATOR_KEY,
  RATE_LIMIT: '900000000/1m',
  MAX_LIVE_HOLDS: '1000000',
};

/** Makes a key of the role service. @returns the header line that sends it */
export async function authorizationLine(address: URL): Promise<string> {
  const response = await fetch(new URL('/api/v1/keys', address), {
    method: 'POST',
    headers: { authorization: `Bearer ${OPERATOR_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Bench', role: 'service' }),
  });
  if (response.status !== 201) throw new Error(`a key was answered ${response.status}: ${await response.text()}`);
  const { key } = (await response.json()) as { key: string };
  return `authorization: Bearer ${key}\r\n`;
}
