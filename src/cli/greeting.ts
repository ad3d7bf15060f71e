import type { RunningServer } from '../compose/start-server.ts';
import type { Config } from '../config/config.ts';

/** The configuration that the greeting depends on. */
type GreetingConfig = Pick<Config, 'samples' | 'isAuthOn' | 'database'>;

/** The text that a started server prints: where it listens, the samples it has loaded, and requests to try. */
export function formatGreeting(server: RunningServer, config: GreetingConfig): string {
  const lines = [`Holdfast is listening at ${server.address}`, ...loadedLines(server), ''];
  if (server.needsFirstKey) lines.push(...firstKeyLines(config), '');
  if (config.samples) lines.push(...requestsToTry(server, config), '');
  lines.push(`  The page: ${server.address}/`, `  The API reference: ${server.address}/docs`);
  return `\n${lines.join('\n')}\n\n`;
}

/** How to get in where no one can. Only one process may open an embedded database, so the server must stop for it. */
function firstKeyLines({ database }: GreetingConfig): string[] {
  const create = "npm run --silent holdfast -- keys create --role operator --name 'First key'";
  const steps =
    database.kind === 'postgres'
      ? [`    HOLDFAST_KEY=$(${create})`]
      : ['    Stop this server, create a key, and start again:', `    HOLDFAST_KEY=$(${create})`];
  return [
    '  AUTH=on, and there is no key yet. Create one:',
    ...steps,
    '  Or start with HOLDFAST_OPERATOR_KEY set to a secret of at least 32 characters.',
  ];
}

function loadedLines({ samplesLoaded, sampleOrders, sampleVehicles, sampleSuppliers }: RunningServer): string[] {
  const lines: string[] = [];
  if (samplesLoaded) {
    lines.push('  Sample providers 1 and 2 and clients 1 and 2 are loaded, with timeslots for two weeks.');
  }
  if (sampleOrders > 0) lines.push(`  ${sampleOrders} sample orders are loaded.`);
  if (sampleVehicles > 0) lines.push(`  ${sampleVehicles} sample vehicles are loaded.`);
  if (sampleSuppliers) lines.push('  Two simulated suppliers are running: experiences and items.');
  return lines;
}

function requestsToTry({ address, sampleSuppliers }: RunningServer, { isAuthOn }: GreetingConfig): string[] {
  const curl = isAuthOn ? 'curl -H "Authorization: Bearer $HOLDFAST_KEY"' : 'curl';
  const json = "-H 'content-type: application/json'";
  return [
    '  Try:',
    `    ${curl} '${address}/client/getProviderAvailability?provider_id=1'`,
    `    ${curl} '${address}/orders/1'`,
    `    ${curl} '${address}/vehicles/2/timestamp/2022-09-12T10:00:00+00:00'`,
    ...(sampleSuppliers
      ? [`    ${curl} '${address}/api/v1/experience/14/dates'`, `    ${curl} '${address}/api/items'`]
      : []),
    `    ${curl} -X POST ${address}/client/reserve ${json} -d '{"client_id": 1, "timeslot_id": 40}'`,
    `    ${curl} -X PUT ${address}/client/confirm ${json} -d '{"client_id": 1, "reservation_id": 1}'`,
  ];
}
