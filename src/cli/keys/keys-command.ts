import { type KeyResponse, ROLES } from '../../access/index.ts';
import { type CommandContext, type CommandGroup, defineCommand } from '../parsing/command.ts';
import { KEY_ID, KEY_OPTIONS, openKeys, readName, readOverlap, readRole, readSubject } from './key-options.ts';
import type { MadeKey } from './key-service.ts';

const createCommand = defineCommand({
  name: 'create',
  summary: 'Create a key',
  description:
    'Creates a key and prints it alone on standard output, so that KEY=$(holdfast keys create …) works. It is shown this ' +
    'once: the database has only its hash.',
  options: {
    name: { type: 'string', value: 'NAME', required: true, description: 'What the key is for' },
    role: { type: 'string', value: 'ROLE', required: true, choices: ROLES, description: `One of ${ROLES.join(', ')}` },
    subject: { type: 'string', value: 'SUBJECT', description: 'The provider id, client id or name of a reseller' },
    'expires-at': {
      type: 'string',
      value: 'TIME',
      description: 'When the key ends, such as 2099-12-31T00:00:00Z; without it, never',
    },
    ...KEY_OPTIONS,
  },
  examples: [
    {
      command: "HOLDFAST_KEY=$(holdfast keys create --role operator --name 'First key')",
      description: 'Create the first key, beside PostgreSQL or while the server is stopped',
    },
    {
      command: "holdfast keys create --role client --subject 1 --name 'App of client 1' --url http://127.0.0.1:3000",
      description: 'Ask a running server for a key of client 1',
    },
  ],
  async run({ name, role: roleName, subject, 'expires-at': expires_at = null, url, json }, context) {
    const path = ['keys', 'create'];
    const role = readRole(roleName);
    const body = { name: readName(name, path), role, subject: readSubject(role, subject, path), expires_at };
    await using keys = await openKeys(url, context);
    printMade(await keys.create(body), json, context);
  },
});

const listCommand = defineCommand({
  name: 'list',
  summary: 'List all keys',
  description: 'Lists all keys without their secrets, oldest first. Revoked and expired ones are among them.',
  options: KEY_OPTIONS,
  examples: [{ command: 'holdfast keys list', description: 'List the keys of the database' }],
  async run({ url, json }, context) {
    await using keys = await openKeys(url, context);
    const listed = await keys.list();
    context.stdout.write(json ? `${JSON.stringify(listed, null, 2)}\n` : formatKeys(listed));
  },
});

const revokeCommand = defineCommand({
  name: 'revoke',
  summary: 'Revoke a key',
  description: 'Ends a key on every server within a second. A revoked key can be revoked again.',
  options: { id: KEY_ID, url: KEY_OPTIONS.url },
  examples: [{ command: 'holdfast keys revoke 0f6b2a9c41d87e35a0b1', description: 'Revoke a key' }],
  async run({ id, url }, context) {
    await using keys = await openKeys(url, context);
    await keys.revoke(id);
    context.stderr.write(`Key ${id} is revoked.\n`);
  },
});

const rotateCommand = defineCommand({
  name: 'rotate',
  summary: 'Replace a key',
  description:
    'Creates a key with the name, role, subject and expiry of another one, and prints it as "create" does. The other ' +
    'one works until the overlap ends.',
  options: {
    id: KEY_ID,
    overlap: { type: 'string', value: 'DURATION', default: '24h', description: 'How long both keys work' },
    ...KEY_OPTIONS,
  },
  examples: [
    { command: 'holdfast keys rotate 0f6b2a9c41d87e35a0b1 --overlap 1h', description: 'Replace a key within an hour' },
  ],
  async run({ id, overlap, url, json }, context) {
    const overlapS = readOverlap(overlap, ['keys', 'rotate']);
    await using keys = await openKeys(url, context);
    printMade(await keys.rotate(id, overlapS), json, context);
    context.stderr.write(`Key ${id} ends in ${overlap}, or at its own expiry if that comes first.\n`);
  },
});

export const keysCommand: CommandGroup = {
  name: 'keys',
  summary: 'Create, list, revoke and rotate keys',
  description:
    'Manages the keys of access control (AUTH=on), in the database or with --url on a running server: the only way ' +
    'beside an embedded database that a server has open.',
  examples: createCommand.examples,
  commands: [createCommand, listCommand, revokeCommand, rotateCommand],
};

/** Only the key goes to standard output. */
function printMade(made: MadeKey, json: boolean, { stdout, stderr }: CommandContext): void {
  stdout.write(json ? `${JSON.stringify(made, null, 2)}\n` : `${made.key}\n`);
  stderr.write(`Key ${made.key_id} of ${holderOf(made)} is created. Store it now: it is not shown again.\n`);
}

function formatKeys(keys: readonly KeyResponse[]): string {
  const rows = keys.map((key) => [
    key.key_id,
    holderOf(key),
    stateOf(key),
    key.last_used_at === null ? 'never used' : `used ${key.last_used_at}`,
    key.name,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}\n`).join('');
}

function holderOf({ role, subject }: Pick<KeyResponse, 'role' | 'subject'>): string {
  return subject === null ? role : `${role} ${subject}`;
}

function stateOf({ revoked_at, expires_at }: KeyResponse): string {
  if (revoked_at !== null) return `revoked ${revoked_at}`;
  return expires_at === null ? 'no end' : `ends ${expires_at}`;
}
