import { DELIVERY_STATUSES, type DeliveryResponse, type WebhookResponse } from '../../modules/webhooks/index.ts';
import { type CommandContext, type CommandGroup, defineCommand } from '../parsing/command.ts';
import {
  openWebhooks,
  readDescription,
  readEvents,
  readId,
  readLimit,
  readReplay,
  WEBHOOK_ID,
  WEBHOOK_OPTIONS,
} from './webhook-options.ts';

const createCommand = defineCommand({
  name: 'create',
  summary: 'Create a webhook',
  description:
    'Creates a webhook and prints its secret alone on standard output, so that SECRET=$(holdfast webhooks create …) works.',
  options: {
    receiver: {
      type: 'string',
      value: 'RECEIVER',
      required: true,
      positional: true,
      description: 'The https URL that receives the events',
    },
    event: {
      type: 'string',
      value: 'TYPE',
      multiple: true,
      description:
        'A type, or a prefix such as reservation.*; give it several times for several; without it, all events',
    },
    description: { type: 'string', value: 'TEXT', description: 'The purpose of the webhook' },
    provider: {
      type: 'string',
      value: 'PROVIDER_ID',
      description: 'The provider it belongs to; without it, no provider',
    },
    ...WEBHOOK_OPTIONS,
  },
  examples: [
    {
      command: "holdfast webhooks create https://shop.example/hooks --event 'reservation.*' --event order.created",
      description: 'Send the events of reservations, and new orders',
    },
  ],
  async run({ receiver, event, description, provider, url, json }, context) {
    const path = ['webhooks', 'create'];
    const body = {
      url: receiver,
      events: readEvents(event, path),
      description: readDescription(description, path),
      provider_id: provider === undefined ? null : readId(provider, '"--provider"', path),
    };
    await using webhooks = await openWebhooks(url, context);
    const made = await webhooks.create(body);
    context.stdout.write(json ? formatJson(made) : `${made.secret}\n`);
    context.stderr.write(`Webhook ${made.webhook_id} is created. Its secret signs what is sent.\n`);
  },
});

const listCommand = defineCommand({
  name: 'list',
  summary: 'List all webhooks',
  description: 'Lists all webhooks without their secrets.',
  options: WEBHOOK_OPTIONS,
  examples: [{ command: 'holdfast webhooks list', description: 'List the webhooks of the database' }],
  async run({ url, json }, context) {
    await using webhooks = await openWebhooks(url, context);
    const listed = await webhooks.list();
    context.stdout.write(json ? formatJson(listed) : formatRows(listed.map(rowOfWebhook)));
  },
});

const deleteCommand = defineCommand({
  name: 'delete',
  summary: 'Delete a webhook',
  description: 'Deletes a webhook with its secrets and the list of its deliveries.',
  options: { id: WEBHOOK_ID, url: WEBHOOK_OPTIONS.url },
  examples: [{ command: 'holdfast webhooks delete 7', description: 'Delete webhook 7' }],
  async run({ id, url }, context) {
    const webhookId = readId(id, 'WEBHOOK_ID', ['webhooks', 'delete']);
    await using webhooks = await openWebhooks(url, context);
    await webhooks.delete(webhookId);
    context.stderr.write(`Webhook ${webhookId} is deleted.\n`);
  },
});

const testCommand = defineCommand({
  name: 'test',
  summary: 'Send a test event',
  description:
    'Sends an event of the type webhook.test in one attempt, and prints its id. A running server sends it; "holdfast ' +
    'webhooks deliveries" shows what came of it.',
  options: { id: WEBHOOK_ID, ...WEBHOOK_OPTIONS },
  examples: [{ command: 'holdfast webhooks test 7', description: 'Test webhook 7' }],
  async run({ id, url, json }, context) {
    const webhookId = readId(id, 'WEBHOOK_ID', ['webhooks', 'test']);
    await using webhooks = await openWebhooks(url, context);
    const event_id = await webhooks.test(webhookId);
    context.stdout.write(json ? formatJson({ event_id }) : `${event_id}\n`);
  },
});

const rotateSecretCommand = defineCommand({
  name: 'rotate-secret',
  summary: "Replace a webhook's secret",
  description: 'Gives a webhook a new secret and prints it as "create" does. The old one also signs for 24 hours.',
  options: { id: WEBHOOK_ID, ...WEBHOOK_OPTIONS },
  examples: [{ command: 'holdfast webhooks rotate-secret 7', description: 'Replace the secret of webhook 7' }],
  async run({ id, url, json }, context) {
    const webhookId = readId(id, 'WEBHOOK_ID', ['webhooks', 'rotate-secret']);
    await using webhooks = await openWebhooks(url, context);
    const secret = await webhooks.rotateSecret(webhookId);
    context.stdout.write(json ? formatJson({ secret }) : `${secret}\n`);
    context.stderr.write(`The old secret of webhook ${webhookId} also signs for 24 hours.\n`);
  },
});

const deliveriesCommand = defineCommand({
  name: 'deliveries',
  summary: "List a webhook's deliveries",
  description: 'Lists the newest deliveries of a webhook, newest first.',
  options: {
    id: WEBHOOK_ID,
    status: {
      type: 'string',
      value: 'STATUS',
      choices: DELIVERY_STATUSES,
      description: `One of ${DELIVERY_STATUSES.join(', ')}; without it, all`,
    },
    limit: { type: 'string', value: 'N', default: '100', description: 'How many, up to 1000' },
    ...WEBHOOK_OPTIONS,
  },
  examples: [
    { command: 'holdfast webhooks deliveries 7 --status failed', description: 'List what webhook 7 has not received' },
  ],
  async run({ id, status: statusName, limit, url, json }, context) {
    const path = ['webhooks', 'deliveries'];
    const webhookId = readId(id, 'WEBHOOK_ID', path);
    const status = DELIVERY_STATUSES.find((each) => each === statusName);
    const maxListed = readLimit(limit, path);
    await using webhooks = await openWebhooks(url, context);
    const listed = await webhooks.deliveries(webhookId, status, maxListed);
    context.stdout.write(json ? formatJson(listed) : formatRows(listed.map(rowOfDelivery)));
  },
});

const replayCommand = defineCommand({
  name: 'replay',
  summary: 'Send deliveries again',
  description:
    'Sends one delivery again, or all whose events happened in a time range, whether or not they have succeeded before. A ' +
    'running server sends them.',
  options: {
    id: WEBHOOK_ID,
    delivery: { type: 'string', value: 'DELIVERY_ID', description: 'The delivery to send again' },
    since: { type: 'string', value: 'TIME', description: 'Events from this time on, such as 2026-12-01T09:00:00Z' },
    until: { type: 'string', value: 'TIME', description: 'Events up to this time; without it, up to now' },
    ...WEBHOOK_OPTIONS,
  },
  examples: [
    {
      command: 'holdfast webhooks replay 7 --since 2026-12-01T09:00:00Z',
      description: 'Send everything again that webhook 7 should have received since then',
    },
  ],
  async run({ id, delivery, since, until, url, json }, context) {
    const path = ['webhooks', 'replay'];
    const webhookId = readId(id, 'WEBHOOK_ID', path);
    const replay = readReplay({ delivery, since, until }, path);
    await using webhooks = await openWebhooks(url, context);
    const deliveries = await webhooks.replay(webhookId, replay);
    if (json) context.stdout.write(formatJson({ deliveries }));
    reportReplayed(deliveries, context);
  },
});

export const webhooksCommand: CommandGroup = {
  name: 'webhooks',
  summary: 'Create, list, test and delete webhooks, and send deliveries again',
  description:
    'Manages webhooks, in the database or with --url on a running server: the only way beside an embedded database that ' +
    'a server has open.',
  examples: createCommand.examples,
  commands: [
    createCommand,
    listCommand,
    deleteCommand,
    testCommand,
    rotateSecretCommand,
    deliveriesCommand,
    replayCommand,
  ],
};

function reportReplayed(deliveries: number, { stderr }: CommandContext): void {
  stderr.write(deliveries === 1 ? '1 delivery is sent again.\n' : `${deliveries} deliveries are sent again.\n`);
}

function rowOfWebhook({ webhook_id, status, failing_since, provider_id, url, description }: WebhookResponse): string[] {
  const owner = provider_id === null ? 'all' : `provider ${provider_id}`;
  const state = failing_since === null ? status : `${status}, failing since ${failing_since}`;
  return [String(webhook_id), owner, state, url, description ?? ''];
}

function rowOfDelivery(delivery: DeliveryResponse): string[] {
  const { delivery_id, created_at, type, status, attempts, last_status, last_error, event_id } = delivery;
  const outcome = last_error ?? (last_status === null ? '' : `answered ${last_status}`);
  return [String(delivery_id), created_at, type, status, `attempts ${attempts}`, event_id, outcome];
}

/** Rows in columns. */
function formatRows(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function formatJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
