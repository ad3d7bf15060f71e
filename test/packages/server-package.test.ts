import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, it } from 'vitest';
import { createOnPostgres } from '../support/database/own-database.ts';
import { findPostgres } from '../support/database/services.ts';
import { installPackages, type Project, serveInstalled } from './installed-package.ts';
import { runCommand } from './run-command.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

async function readJson(address: string, method = 'GET', body?: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(address, { method, ...(body && { headers, body: JSON.stringify(body) }) });
  return response.json();
}

async function expectHelp(project: Project): Promise<void> {
  const help = await runCommand('npx', ['holdfast'], project);
  expect(help).toMatchObject({ exitCode: 0, stderr: '' });
  expect(help.stdout).toMatch(/^Usage: holdfast <command>/);
  expect(await runCommand('npx', ['holdfast', 'srve'], project)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('Did you mean "serve"?'),
  });
}

async function expectBooking(address: string): Promise<void> {
  const held = await readJson(`${address}/client/reserve`, 'POST', { client_id: 1, timeslot_id: 40 });
  expect(held).toMatchObject({ 'Reservation scheduled': { reservation_id: 1, is_confirmed: false } });
  const confirmed = await readJson(`${address}/client/confirm`, 'PUT', { client_id: 1, reservation_id: 1 });
  expect(confirmed).toMatchObject({ 'Reservation is confirmed': { is_confirmed: true } });
  const history = await readJson(`${address}/api/v1/reservations/1/history`);
  expect(history).toMatchObject({ history: [{ status: 'held' }, { status: 'confirmed' }] });
}

/** Expects answers that need the files of the package (samples, migrations, page) or features that an older Node lacks. */
async function expectAnswers(address: string): Promise<void> {
  expect(await readJson(`${address}/vehicles/2/timestamp/2022-09-12T10:00:00+00:00`)).toMatchObject({
    data: { vehicle: { id: 2, state: 'selling' } },
  });
  const weekly = {
    slot_minutes: 60,
    repeat_weekly_until: '2099-03-30',
    ranges: [{ start_time: '2099-03-23 09:00', end_time: '2099-03-23 10:00' }],
  };
  const provider = { first_name: 'Ada', last_name: 'Berg', time_zone: 'Europe/Berlin' };
  await readJson(`${address}/api/v1/providers`, 'POST', provider);
  expect(await readJson(`${address}/api/v1/providers/3/availability`, 'POST', weekly)).toMatchObject({
    slots: [{ start_time: '2099-03-23T08:00:00Z' }, { start_time: '2099-03-30T07:00:00Z' }],
  });
  await expect
    .poll(() => readJson(`${address}/api/v1/experience/14/dates`), { timeout: 20_000 })
    .toMatchObject({ dates: expect.arrayContaining([expect.objectContaining({ price: expect.anything() })]) });
  for (const path of ['/', '/docs']) {
    const response = await fetch(address + path);
    expect([path, response.status, response.headers.get('content-type')]).toEqual([
      path,
      200,
      expect.stringMatching('html'),
    ]);
  }
}

describe.each(['22', '24', '26'])('holdfast on Node %s', (version) => {
  it(`the installed package prints help, serves with samples and books on Node ${version}`, async () => {
    const project = await installPackages(version, [inject('serverTarball')]);
    const installed = await readdir(join(project.cwd, 'node_modules'));
    expect(installed).toContain('holdfast');
    expect(installed).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(node|typescript|vite|react)$/)]));
    await expectHelp(project);
    await using server = await serveInstalled(project);
    const metrics = await (await fetch(`${server.address}/metrics`)).text();
    expect(metrics).toContain(`nodejs_version_info{version="v${version}.`);
    await expectBooking(server.address);
    await expectAnswers(server.address);
    expect(server.warnings).toEqual([]);
    expect(await server.stop()).toBe(0);
  });
});

it('the installed package migrates and books on PostgreSQL', async (context) => {
  const postgresUrl = await findPostgres();
  if (postgresUrl === undefined) return context.skip('there is no PostgreSQL');
  const project = await installPackages('22', [inject('serverTarball')]);
  await using own = await createOnPostgres(postgresUrl);
  await using server = await serveInstalled(project, { ...own.env, HOLDFAST_SAMPLES: 'on' });
  await expectBooking(server.address);
  expect(server.warnings).toEqual([]);
  expect(await server.stop()).toBe(0);
});

it('an older Node gets one sentence', async () => {
  const project = { cwd: ROOT, nodeDirectory: inject('nodeDirectories')['26'] ?? '' };
  const older = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'22.12.0'})`;
  expect(await runCommand('node', ['--import', older, 'bin/holdfast.js'], project)).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: 'holdfast: Node.js 22.13 or newer is required; this is 22.12.0. Install it from https://nodejs.org.\n',
  });
});

it.each(['serverTarball', 'clientTarball'] as const)('npm publish --dry-run of %s has no warnings', async (name) => {
  const project = { cwd: inject('workDirectory'), nodeDirectory: inject('nodeDirectories')['26'] ?? '' };
  const { exitCode, stderr } = await runCommand('npm', ['publish', '--dry-run', inject(name)], project);
  const warnings = stderr.split('\n').filter((line) => /^npm (warn|error)/i.test(line) && !line.includes('logged in'));
  expect({ exitCode, warnings }).toEqual({ exitCode: 0, warnings: [] });
});
