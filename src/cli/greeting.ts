import type { RunningServer } from '../compose/start-server.ts';

/** The text that a started server prints: where it listens, the samples it has loaded, and requests to try. */
export function formatGreeting(server: RunningServer, withSamples: boolean): string {
  const lines = [`Holdfast is listening at ${server.address}`, ...loadedLines(server), ''];
  if (withSamples) lines.push(...requestsToTry(server), '');
  lines.push(`  The page: ${server.address}/`, `  The API reference: ${server.address}/docs`);
  return `\n${lines.join('\n')}\n\n`;
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

function requestsToTry({ address, sampleSuppliers }: RunningServer): string[] {
  const json = "-H 'content-type: application/json'";
  return [
    '  Try:',
    `    curl '${address}/client/getProviderAvailability?provider_id=1'`,
    `    curl '${address}/orders/1'`,
    `    curl '${address}/vehicles/2/timestamp/2022-09-12T10:00:00+00:00'`,
    ...(sampleSuppliers ? [`    curl '${address}/api/v1/experience/14/dates'`, `    curl '${address}/api/items'`] : []),
    `    curl -X POST ${address}/client/reserve ${json} -d '{"client_id": 1, "timeslot_id": 40}'`,
    `    curl -X PUT ${address}/client/confirm ${json} -d '{"client_id": 1, "reservation_id": 1}'`,
  ];
}
