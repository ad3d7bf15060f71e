import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eachDatabase } from '../../../test/support/database/test-database.ts';
import { ask, openTestApp } from '../../../test/support/server/test-app.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';

/** The time of the test clock. All times below are relative to it. */
const NOW = '2026-11-02T08:00:00Z';

interface Problem {
  readonly status: number;
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  readonly instance: string;
  readonly remaining?: number;
}

interface Timeslot {
  timeslot_id: number;
  start_time: string;
  is_available: boolean;
}

eachDatabase('the seven fixed paths', (open) => {
  let app: HttpServer;
  let jake: number;
  let harry: number;
  let john: number;

  beforeAll(async () => {
    app = await openTestApp(open().database);
    jake = await create('/provider/create', { first_name: 'Jake', last_name: 'Black' }, 'provider_id');
    harry = await create('/client/create', { first_name: 'Harry', last_name: 'Smith' }, 'client_id');
    john = await create('/client/create', { first_name: 'John', last_name: 'Bird' }, 'client_id');
  });

  beforeEach(() => open().clock.freeze(NOW));

  async function create(url: string, body: object, idName: string): Promise<number> {
    const answer = await ask(app, 'POST', url, body);
    expect(answer.status).toBe(201);
    return (answer.body as Record<string, number>)[idName] ?? 0;
  }

  async function newProvider(time_zone?: string): Promise<number> {
    const zone = time_zone === undefined ? {} : { time_zone };
    return create('/provider/create', { first_name: 'Jane', last_name: 'Doe', ...zone }, 'provider_id');
  }

  async function offer(provider_id: number, start_time: string, end_time: string): Promise<Timeslot[]> {
    const answer = await ask(app, 'POST', '/provider/availability', { provider_id, start_time, end_time });
    expect(answer.status, answer.text).toBe(201);
    return (answer.body as { 'available timeslots': Timeslot[] })['available timeslots'];
  }

  async function listed(provider_id: number): Promise<number[]> {
    const answer = await ask(app, 'GET', `/client/getProviderAvailability?provider_id=${provider_id}`);
    expect(answer.status).toBe(200);
    return (answer.body as { 'available timeslots': Timeslot[] })['available timeslots'].map(
      (slot) => slot.timeslot_id,
    );
  }

  async function hold(client_id: number, slot: Timeslot | undefined): Promise<number> {
    const answer = await ask(app, 'POST', '/client/reserve', { client_id, timeslot_id: slot?.timeslot_id });
    expect(answer.status, answer.text).toBe(201);
    return (answer.body as { 'Reservation scheduled': { reservation_id: number } })['Reservation scheduled']
      .reservation_id;
  }

  async function requireProblem(method: 'GET' | 'POST' | 'PUT', url: string, body: object | undefined, status: number) {
    const answer = await ask(app, method, url, body);
    expect(answer.status, answer.text).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    const problem = answer.body as Problem;
    expect(problem).toMatchObject({ status, type: expect.any(String), title: expect.any(String) });
    expect(problem.instance).toMatch(/^urn:uuid:/);
    return problem;
  }

  /** The sentence of a problem with this status. */
  async function refusal(...request: Parameters<typeof requireProblem>): Promise<string> {
    return (await requireProblem(...request)).detail;
  }

  it('a new provider and a new client have the fixed shape', async () => {
    const provider = await ask(app, 'POST', '/provider/create', { first_name: 'Ann', last_name: 'Lee' });
    expect(provider.body).toEqual({ provider_id: expect.any(Number), first_name: 'Ann', last_name: 'Lee' });
    const client = await ask(app, 'POST', '/client/create', { first_name: 'Bo', last_name: 'Ray' });
    expect(client.body).toEqual({ client_id: expect.any(Number), first_name: 'Bo', last_name: 'Ray' });
  });

  it.each(['/provider/create', '/client/create'])('%s ignores fields that the contract does not have', async (url) => {
    const id = 1_000_000;
    const body = { first_name: 'Eve', last_name: 'Oz', id, created_at: '2000-01-01', nonsense: [1] };
    const answer = await ask(app, 'POST', url, body);
    expect(answer.status, answer.text).toBe(201);
    expect(Object.values(answer.body as object)).not.toContain(id);
  });

  it('10:00 to 11:30 is cut into six timeslots, and 08:00 to 15:00 into 28', async () => {
    const provider = await newProvider();
    const six = await offer(provider, '2026-12-30T10:00:00Z', '2026-12-30T11:30:00Z');
    expect(six).toHaveLength(6);
    expect(six[0]).toEqual({
      timeslot_id: expect.any(Number),
      provider_id: provider,
      first_name: 'Jane',
      last_name: 'Doe',
      start_time: '2026-12-30T10:00:00Z',
      end_time: '2026-12-30T10:15:00Z',
      is_available: true,
    });
    expect(await offer(provider, '2026-12-31 08:00', '2026-12-31 15:00')).toHaveLength(28);
  });

  it('an offer keeps identical timeslots and returns them', async () => {
    const provider = await newProvider();
    const first = await offer(provider, '2026-12-30 10:00', '2026-12-30 11:00');
    const again = await offer(provider, '2026-12-30 10:30', '2026-12-30 11:30');
    expect(again.map((slot) => slot.timeslot_id).slice(0, 2)).toEqual(first.map((slot) => slot.timeslot_id).slice(2));
    expect(again).toHaveLength(4);
  });

  it('a time without an offset is read in the provider’s zone', async () => {
    const provider = await newProvider('Asia/Singapore');
    const [slot] = await offer(provider, '2026-12-30 10:00', '2026-12-30 10:15');
    expect(slot?.start_time).toBe('2026-12-30T02:00:00Z');
  });

  it('a day with a clock change is cut into 92 or 100 quarter-hours', async () => {
    const provider = await newProvider('Europe/Berlin');
    expect(await offer(provider, '2027-03-28 00:00', '2027-03-29 00:00')).toHaveLength(92);
    expect(await offer(provider, '2027-10-31 00:00', '2027-11-01 00:00')).toHaveLength(100);
  });

  it.each([
    ['skipped', '2027-03-28 02:15', '2027-03-28 04:00'],
    ['repeated', '2027-10-31 02:15', '2027-10-31 04:00'],
  ])('a time that is %s by a clock change returns 422', async (_what, start_time, end_time) => {
    const provider_id = await newProvider('Europe/Berlin');
    const detail = await refusal('POST', '/provider/availability', { provider_id, start_time, end_time }, 422);
    expect(detail).toContain('does not name one moment in Europe/Berlin');
  });

  it.each([
    ['of no whole number of slots', '2026-12-30 10:00', '2026-12-30 10:20', 422],
    ['that ends at its start', '2026-12-30 10:00', '2026-12-30 10:00', 422],
    ['that ends before its start', '2026-12-30 10:00', '2026-12-30 09:00', 422],
    ['in the past', '2026-11-01 10:00', '2026-11-01 11:00', 422],
    ['of more than 31 days', '2026-12-01 00:00', '2027-01-01 00:15', 422],
    ['on 30 February', '2027-02-30 10:00', '2027-02-30 11:00', 400],
    ['from 24:00 on', '2026-12-30 24:00', '2026-12-31 01:00', 400],
    ['from infinity on', 'infinity', '2026-12-31 01:00', 400],
  ])('a range %s, %s to %s, returns %i', async (_what, start_time, end_time, status) => {
    await refusal('POST', '/provider/availability', { provider_id: jake, start_time, end_time }, status);
  });

  it('an offer that overlaps other timeslots returns 409', async () => {
    const provider_id = await newProvider();
    await offer(provider_id, '2026-12-30 10:00', '2026-12-30 11:00');
    const range = { provider_id, start_time: '2026-12-30 10:05', end_time: '2026-12-30 10:20' };
    await refusal('POST', '/provider/availability', range, 409);
  });

  it('a held timeslot is not listed, and is confirmed once', async () => {
    const provider = await newProvider();
    const slots = await offer(provider, '2026-12-30 10:00', '2026-12-30 10:30');
    const reserved = await ask(app, 'POST', '/client/reserve', {
      client_id: harry,
      timeslot_id: slots[0]?.timeslot_id,
    });
    const reservation = {
      reservation_id: expect.any(Number),
      timeslot_id: slots[0]?.timeslot_id,
      provider_id: provider,
      client_id: harry,
      start_time: '2026-12-30T10:00:00Z',
      end_time: '2026-12-30T10:15:00Z',
      created_at: NOW,
      is_confirmed: false,
    };
    expect(reserved.body).toEqual({ 'Reservation scheduled': reservation });
    expect(await listed(provider)).toEqual([slots[1]?.timeslot_id]);
    const { reservation_id } = (reserved.body as { 'Reservation scheduled': { reservation_id: number } })[
      'Reservation scheduled'
    ];

    const foreign = await refusal('PUT', '/client/confirm', { client_id: john, reservation_id }, 403);
    expect(foreign).toBe('The client_id does not match with the one in the reservation');
    const confirmed = await ask(app, 'PUT', '/client/confirm', { client_id: harry, reservation_id });
    expect(confirmed.status).toBe(200);
    expect(confirmed.body).toEqual({ 'Reservation is confirmed': { ...reservation, is_confirmed: true } });
    const twice = await refusal('PUT', '/client/confirm', { client_id: harry, reservation_id }, 409);
    expect(twice).toBe('Reservation has already been confirmed');
  });

  it('a hold of a taken timeslot returns 409 with the fixed sentence and the number of units left', async () => {
    const [slot] = await offer(await newProvider(), '2026-12-30 10:00', '2026-12-30 10:15');
    await hold(harry, slot);
    const body = { client_id: john, timeslot_id: slot?.timeslot_id };
    const problem = await requireProblem('POST', '/client/reserve', body, 409);
    expect(problem.detail).toBe('Timeslot is unavailable. Please choose a different one');
    expect(problem.remaining).toBe(0);
  });

  it('a hold of an unknown timeslot returns 404 no-such-slot with the fixed sentence', async () => {
    const body = { client_id: harry, timeslot_id: 999_999 };
    const problem = await requireProblem('POST', '/client/reserve', body, 404);
    expect(problem.type).toBe('urn:holdfast:problem:no-such-slot');
    expect(problem.detail).toBe('There is no timeslot 999999');
  });

  it('timeslots that start in 24 h or more are listed, and can be reserved up to 5 min later', async () => {
    const provider = await newProvider();
    const slots = await offer(provider, '2026-11-03 07:45', '2026-11-03 08:15');
    expect(await listed(provider)).toEqual([slots[1]?.timeslot_id]);
    const early = { client_id: harry, timeslot_id: slots[0]?.timeslot_id };
    const detail = await refusal('POST', '/client/reserve', early, 422);
    expect(detail).toBe('Reservations must be made 24 hrs in advance');
    await open().clock.freeze('2026-11-02T08:05:00Z');
    expect(await listed(provider)).toEqual([]);
    await hold(harry, slots[1]);
  });

  it('a timeslot is free at the instant its hold expires, with no sweep run', async () => {
    const provider = await newProvider();
    const [slot] = await offer(provider, '2026-12-30 10:00', '2026-12-30 10:15');
    const reservation_id = await hold(harry, slot);
    await open().clock.freeze('2026-11-02T08:29:59.999999Z');
    expect(await listed(provider)).toEqual([]);
    const body = { client_id: john, timeslot_id: slot?.timeslot_id };
    await refusal('POST', '/client/reserve', body, 409);
    await open().clock.freeze('2026-11-02T08:30:00Z');
    expect(await listed(provider)).toEqual([slot?.timeslot_id]);
    const late = await refusal('PUT', '/client/confirm', { client_id: harry, reservation_id }, 410);
    expect(late).toBe('More than 30 min since reservation was made. Reservation is being released');
    await hold(john, slot);
  });

  it('a hold can be confirmed up to its last microsecond', async () => {
    const [slot] = await offer(await newProvider(), '2026-12-30 10:00', '2026-12-30 10:15');
    const reservation_id = await hold(harry, slot);
    await open().clock.freeze('2026-11-02T08:29:59.999999Z');
    expect((await ask(app, 'PUT', '/client/confirm', { client_id: harry, reservation_id })).status).toBe(200);
  });

  it('PUT /provider/expiredReservations ends expired holds and lists the timeslots they freed', async () => {
    const provider = await newProvider();
    const [slot] = await offer(provider, '2026-12-30 10:00', '2026-12-30 10:15');
    const reservation_id = await hold(harry, slot);
    await open().clock.freeze('2026-11-02T08:30:00Z');
    const answer = await ask(app, 'PUT', '/provider/expiredReservations');
    expect(answer.status).toBe(200);
    const released = (answer.body as Record<string, Timeslot[]>)[
      'Expired reservations deleted and corresponding timeslots released'
    ];
    expect(released).toContainEqual({ ...slot, is_available: true });
    const again = await ask(app, 'PUT', '/provider/expiredReservations');
    expect(Object.values(again.body as object)).toEqual([[]]);
    await refusal('PUT', '/client/confirm', { client_id: harry, reservation_id }, 410);
    const kept = await ask(app, 'GET', `/api/v1/reservations/${reservation_id}`);
    expect(kept.body).toMatchObject({ status: 'expired' });
  });

  describe('an unknown id', () => {
    const unknown = 999_999;
    it.each([
      [
        'POST',
        '/provider/availability',
        { provider_id: unknown, start_time: '2026-12-30 10:00', end_time: '2026-12-30 11:00' },
      ],
      ['GET', `/client/getProviderAvailability?provider_id=${unknown}`, undefined],
      ['POST', '/client/reserve', { client_id: 1, timeslot_id: unknown }],
      ['PUT', '/client/confirm', { client_id: 1, reservation_id: unknown }],
      ['PUT', '/client/confirm', { client_id: unknown, reservation_id: 1 }],
    ] as const)('%s %s with an unknown id returns 404', async (method, url, body) => {
      expect(await refusal(method, url, body, 404)).toMatch(/^There is no \w+ 999999$/);
    });

    it('a hold by an unknown client returns 404', async () => {
      const [slot] = await offer(await newProvider(), '2026-12-30 10:00', '2026-12-30 10:15');
      const body = { client_id: unknown, timeslot_id: slot?.timeslot_id };
      expect(await refusal('POST', '/client/reserve', body, 404)).toBe('There is no client 999999');
    });
  });
});
