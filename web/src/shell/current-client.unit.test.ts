import { expect, it } from 'vitest';
import { readClient } from './current-client.tsx';

it('a stored client is used only if it is whole', () => {
  const ada = { client_id: 7, first_name: 'Ada', last_name: 'Berg', created_at: '2026-12-30T10:00:00Z' };
  expect(readClient(ada)).toEqual(ada);
  for (const client_id of [undefined, null, 0, -1, 1.5, '7', 'abc', 2 ** 53, {}]) {
    expect(readClient({ ...ada, client_id })).toBeUndefined();
  }
  for (const broken of [null, 'Ada', 7, [], {}, { ...ada, first_name: '' }, { ...ada, last_name: null }]) {
    expect(readClient(broken)).toBeUndefined();
  }
});
