import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dumpTables } from '../../../../test/support/access/canary-server.ts';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import { type Ask, asOperator, asRole, openGuardedApp, outcomeOf } from '../../../../test/support/server/principals.ts';
import { openTestApp } from '../../../../test/support/server/test-app.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { EVENT_TYPES } from '../../events/index.ts';

const URL = 'https://shop.invalid/hooks';
const SECRET = /^whsec_[A-Za-z0-9+/]{43}=$/;
const KEY = 'a key of tests only which is long enough'.replaceAll(' ', '-');
const NAME = { first_name: 'A', last_name: 'B' };

interface Webhook {
  readonly webhook_id: number;
  readonly secret: string;
  readonly [field: string]: unknown;
}

eachDatabase('/api/v1/webhooks', (open) => {
  let app: HttpServer;
  let operator: Ask;
  let provider: Ask;
  let other: Ask;
  let providerId: number;
  let otherId: number;

  beforeAll(async () => {
    await open().clock.freeze('2026-11-02T08:00:00.999Z');
    app = await openGuardedApp(open().database, { WEBHOOK_ALLOW: '127.0.0.0/8', HOLDFAST_SECRET_KEY: KEY });
    operator = asOperator(app);
    const makeProvider = async () => {
      const { body } = await operator('POST', '/api/v1/providers', NAME);
      return (body as { provider_id: number }).provider_id;
    };
    [providerId, otherId] = [await makeProvider(), await makeProvider()];
    [provider, other] = [await asRole(app, 'provider', providerId), await asRole(app, 'provider', otherId)];
  });
  afterAll(() => app.close());

  async function create(body: object = {}, as: Ask = operator): Promise<Webhook> {
    const answer = await as('POST', '/api/v1/webhooks', { url: URL, ...body });
    expect(answer.status, answer.text).toBe(201);
    return answer.body as Webhook;
  }

  async function get<T = Record<string, unknown>>(path: string, as: Ask = operator): Promise<T> {
    const answer = await as('GET', `/api/v1/webhooks/${path}`);
    expect(answer.status, answer.text).toBe(200);
    return answer.body as T;
  }

  /** Stores a delivery as the outbox does. @returns its id */
  async function deliver(webhookId: number, occurredAt: string, changes: object = {}): Promise<number> {
    const row = { status: 'pending', attempts: 0, due_at: '2026-11-03T00:00:00Z', ...changes } as Record<
      string,
      unknown
    >;
    const { rows } = await open().database.transaction((tx) =>
      sql<{ id: number }>`
        with added as (
          insert into webhook_event (event_id, type, occurred_at, body)
            values (gen_random_uuid()::text, 'order.created', ${occurredAt}::timestamptz,
                    '{"type":"order.created","timestamp":"2026-11-01T00:00:00Z","data":{"order_id":7,"total":14.25}}')
          returning id
        )
        insert into webhook_delivery (webhook_id, event_key, status, attempts, due_at, claimed_by, claimed_until,
                                      last_status, last_error, last_answer)
          select ${webhookId}, id, ${row.status}, ${row.attempts}, ${row.due_at}::timestamptz, ${row.claimed_by ?? null},
                 ${row.claimed_until ?? null}::timestamptz, ${row.last_status ?? null}, ${row.last_error ?? null},
                 ${row.last_answer ?? null}
            from added
        returning id`.execute(tx),
    );
    return rows[0]?.id ?? 0;
  }

  const ENDED = { status: 'failed', attempts: 10, due_at: null, last_status: 500, last_error: 'answered 500' };

  describe('create', () => {
    it('a webhook has the fields of its request, and a secret of 32 bytes', async () => {
      const made = await create({ events: ['reservation.*', 'order.created'], description: 'Shop' });
      expect(made).toEqual({
        webhook_id: made.webhook_id,
        url: URL,
        events: ['reservation.*', 'order.created'],
        description: 'Shop',
        provider_id: null,
        status: 'active',
        disabled_reason: null,
        failing_since: null,
        created_at: '2026-11-02T08:00:00Z',
        secret: expect.stringMatching(SECRET),
      });
      const { secret, ...shown } = made;
      expect(await get(String(made.webhook_id))).toEqual(shown);
      expect(await get(`${made.webhook_id}/secret`)).toEqual({ secret });
    });

    it.each([[{}], [{ events: null }], [{ events: [...EVENT_TYPES] }]])(
      'a webhook made with %j receives all events, those of later versions too',
      async (body) => {
        const { webhook_id, events } = await create(body);
        expect(events).toEqual(EVENT_TYPES);
        const { rows } = await open().database.read((reader) =>
          sql`select events from webhook where id = ${webhook_id}`.execute(reader),
        );
        expect(rows).toEqual([{ events: null }]);
      },
    );

    it('an event that is named twice is stored once', async () => {
      expect((await create({ events: ['order.*', 'order.*'] })).events).toEqual(['order.*']);
    });

    it.each([
      [{ url: 'shop' }, '400 malformed-request'],
      [{ url: '' }, '400 malformed-request'],
      [{ url: 'ftp://shop.invalid/' }, '400 malformed-request'],
      [{ url: 'http://shop.invalid:x/' }, '400 malformed-request'],
      [{ url: 'https://user@shop.invalid/' }, '400 malformed-request'],
      [{ url: 'https://user:pass@shop.invalid/' }, '400 malformed-request'],
      [{ url: `https://shop.invalid/${'a'.repeat(2_000)}` }, '400 malformed-request'],
      [{ url: 'https://10.0.0.1/' }, '422 address-not-allowed'],
      [{ url: 'https://169.254.169.254/latest' }, '422 address-not-allowed'],
      [{ url: 'https://[::ffff:10.0.0.1]/' }, '422 address-not-allowed'],
      [{ url: 'http://10.0.0.1/' }, '422 address-not-allowed'],
      [{ events: [] }, '400 malformed-request'],
      [{ events: ['*'] }, '400 malformed-request'],
      [{ events: ['reservation'] }, '400 malformed-request'],
      [{ events: ['reservation.sold'] }, '400 malformed-request'],
      [{ events: ['sale.*'] }, '400 malformed-request'],
      [{ events: ['groups.*'] }, '400 malformed-request'],
      [{ url: 'https://shop.invalid:25/' }, '400 malformed-request'],
      [{ description: '' }, '400 malformed-request'],
      [{ description: 'a'.repeat(501) }, '400 malformed-request'],
      [{ secret: 'whsec_x' }, '400 malformed-request'],
      [{ provider_id: 999_999 }, '404 no-such-provider'],
    ])('a request with %j is refused', async (body, outcome) => {
      expect(outcomeOf(await operator('POST', '/api/v1/webhooks', { url: URL, ...body }))).toBe(outcome);
    });

    it('plain http is accepted to an address in WEBHOOK_ALLOW, and the URL is kept as it was written', async () => {
      expect((await create({ url: 'http://127.0.0.1:4000' })).url).toBe('http://127.0.0.1:4000');
    });

    it('the same Idempotency-Key makes one webhook, and repeats the answer without the secret', async () => {
      const headers = { 'idempotency-key': 'create-once' };
      const send = () => operator('POST', '/api/v1/webhooks', { url: URL, events: ['webhook.test'] }, headers);
      const [first, second] = [await send(), await send()];
      const { secret, ...shown } = first.body as Webhook;
      expect([secret, second.status, second.body]).toEqual([expect.stringMatching(SECRET), 201, shown]);
    });
  });

  describe('change', () => {
    it('a change affects the given fields only', async () => {
      const { webhook_id, secret, ...made } = await create({ events: ['order.*'], description: 'Shop' });
      const patch = async (body: object) => (await operator('PATCH', `/api/v1/webhooks/${webhook_id}`, body)).body;
      const url = 'https://shop.invalid/other';
      expect(await patch({ url })).toEqual({ ...made, webhook_id, url });
      expect(await patch({ events: ['vehicle.*'] })).toEqual({ ...made, webhook_id, url, events: ['vehicle.*'] });
      expect(await patch({ events: null, description: null })).toEqual({
        ...{ ...made, webhook_id, url },
        events: EVENT_TYPES,
        description: null,
      });
      expect(await get(`${webhook_id}/secret`)).toEqual({ secret });
    });

    it.each([
      [{}, '400 malformed-request'],
      [{ url: 'shop' }, '400 malformed-request'],
      [{ url: 'https://10.0.0.1/' }, '422 address-not-allowed'],
      [{ events: ['sale.*'] }, '400 malformed-request'],
      [{ status: 'paused' }, '400 malformed-request'],
      [{ provider_id: 1 }, '400 malformed-request'],
    ])('a change to %j is refused, and changes nothing', async (body, outcome) => {
      const { webhook_id } = await create();
      const before = await get(String(webhook_id));
      expect(outcomeOf(await operator('PATCH', `/api/v1/webhooks/${webhook_id}`, body))).toBe(outcome);
      expect(await get(String(webhook_id))).toEqual(before);
    });

    it('a webhook that its owner disables says so, and is enabled again', async () => {
      const { webhook_id } = await create();
      const patch = async (status: string) =>
        (await operator('PATCH', `/api/v1/webhooks/${webhook_id}`, { status })).body;
      const disabled = { status: 'disabled', disabled_reason: 'Its owner disabled it.' };
      expect(await patch('disabled')).toMatchObject(disabled);
      expect(await patch('active')).toMatchObject({ status: 'active', disabled_reason: null });
    });

    it('enabling a webhook that a receiver refused forgets its failures', async () => {
      const { webhook_id } = await create();
      const reason = 'The receiver answered 410 Gone.';
      await open().database.statement((tx) =>
        sql`update webhook set status = 'disabled', disabled_reason = ${reason}, failures = 7,
                               failing_since = holdfast_clock() where id = ${webhook_id}`.execute(tx),
      );
      const failing = { status: 'disabled', disabled_reason: reason, failing_since: '2026-11-02T08:00:00Z' };
      expect(await get(String(webhook_id))).toMatchObject(failing);
      const patch = async (status: string) =>
        (await operator('PATCH', `/api/v1/webhooks/${webhook_id}`, { status })).body;
      expect(await patch('disabled')).toMatchObject(failing);
      expect(await patch('active')).toMatchObject({ status: 'active', disabled_reason: null, failing_since: null });
      const { rows } = await open().database.read((reader) =>
        sql`select failures from webhook where id = ${webhook_id}`.execute(reader),
      );
      expect(rows).toEqual([{ failures: 0 }]);
    });

    it('a deleted webhook is gone with its secrets and deliveries', async () => {
      const { webhook_id } = await create();
      await operator('POST', `/api/v1/webhooks/${webhook_id}/test`);
      expect((await operator('DELETE', `/api/v1/webhooks/${webhook_id}`)).status).toBe(204);
      const paths = ['', '/secret', '/deliveries'].map((end) => `/api/v1/webhooks/${webhook_id}${end}`);
      for (const path of paths) expect(outcomeOf(await operator('GET', path))).toBe('404 no-such-webhook');
      expect(outcomeOf(await operator('DELETE', `/api/v1/webhooks/${webhook_id}`))).toBe('404 no-such-webhook');
      const { rows } = await open().database.read((reader) =>
        sql`select from webhook_secret where webhook_id = ${webhook_id}
            union all select from webhook_delivery where webhook_id = ${webhook_id}`.execute(reader),
      );
      expect(rows).toEqual([]);
    });
  });

  describe('secrets', () => {
    it('a rotated secret also signs for 24 hours', async () => {
      const { webhook_id, secret } = await create();
      const { status, body } = await operator('POST', `/api/v1/webhooks/${webhook_id}/rotate-secret`);
      const rotated = body as { secret: string };
      expect([status, rotated]).toEqual([200, { secret: expect.stringMatching(SECRET) }]);
      expect(rotated.secret).not.toBe(secret);
      expect(await get(`${webhook_id}/secret`)).toEqual(rotated);
      const { rows } = await open().database.read((reader) =>
        sql`select ends_at from webhook_secret where webhook_id = ${webhook_id} order by id`.execute(reader),
      );
      expect(rows).toEqual([{ ends_at: '2026-11-03T08:00:00.999Z' }, { ends_at: null }]);
    });

    it('the same Idempotency-Key rotates once, and repeats the answer without the secret', async () => {
      const { webhook_id } = await create();
      const rotate = () =>
        operator('POST', `/api/v1/webhooks/${webhook_id}/rotate-secret`, undefined, {
          'idempotency-key': 'rotate-once',
        });
      const first = await rotate();
      expect(await rotate()).toMatchObject({ status: 200, body: {}, text: '{}' });
      expect(await get(`${webhook_id}/secret`)).toEqual(first.body);
    });

    it('no more than ten secrets sign at a time', async () => {
      const { webhook_id } = await create();
      const rotate = async () => outcomeOf(await operator('POST', `/api/v1/webhooks/${webhook_id}/rotate-secret`));
      for (let secrets = 1; secrets < 10; secrets += 1) expect(await rotate()).toBe('200');
      expect(await rotate()).toBe('409 too-many-secrets');
      await open().database.statement((tx) =>
        sql`update webhook_secret set ends_at = holdfast_clock() where webhook_id = ${webhook_id} and ends_at is not null`.execute(
          tx,
        ),
      );
      expect(await rotate()).toBe('200');
    });

    it('no cache keeps the answer with a secret', async () => {
      const { webhook_id } = await create();
      const { headers } = await operator('GET', `/api/v1/webhooks/${webhook_id}/secret`);
      expect(headers['cache-control']).toBe('private, no-store');
    });

    it('no table contains a secret in clear, and control: without a key one does', async () => {
      const headers = { 'idempotency-key': 'canary' };
      const { body } = await operator('POST', '/api/v1/webhooks', { url: URL }, headers);
      const { webhook_id, secret } = body as Webhook;
      const rotated = await operator('POST', `/api/v1/webhooks/${webhook_id}/rotate-secret`, undefined, headers);
      const secrets = [secret, (rotated.body as Webhook).secret];
      const found = async (texts: readonly string[]) => {
        const { text, tables } = await dumpTables(open().database);
        expect(tables).toBeGreaterThan(20);
        return texts.filter((each) =>
          [each, each.slice('whsec_'.length), Buffer.from(each).toString('base64url'), bytesAsHex(each)].some((form) =>
            text.includes(form),
          ),
        );
      };
      expect(await found(secrets)).toEqual([]);
      await using stack = new AsyncDisposableStack();
      const open_ = await openGuardedApp(open().database);
      stack.defer(() => open_.close());
      const inClear = await create({}, asOperator(open_));
      expect(await found([inClear.secret])).toEqual([inClear.secret]);
    });

    it('without its key a secret is not shown, and can be rotated', async () => {
      const { webhook_id, secret } = await create();
      await using stack = new AsyncDisposableStack();
      const openWith = async (key: string) => {
        const opened = await openGuardedApp(open().database, key === '' ? {} : { HOLDFAST_SECRET_KEY: key });
        stack.defer(() => opened.close());
        return asOperator(opened);
      };
      const path = `/api/v1/webhooks/${webhook_id}/secret`;
      const [keyless, foreign] = [await openWith(''), await openWith(`another-${KEY}`)];
      expect([await keyless('GET', path), await foreign('GET', path)].map(outcomeOf)).toEqual([
        '409 secret-not-readable',
        '409 secret-not-readable',
      ]);
      const both = await openWith(`another-${KEY},${KEY}`);
      expect((await both('GET', path)).body).toEqual({ secret });
      const { body } = await foreign('POST', `/api/v1/webhooks/${webhook_id}/rotate-secret`);
      expect((await both('GET', path)).body).toEqual(body);
      // The secret that no one can open would make every delivery fail until it ended.
      const { rows } = await open().database.read((reader) =>
        sql`select ends_at from webhook_secret where webhook_id = ${webhook_id}`.execute(reader),
      );
      expect(rows).toEqual([{ ends_at: null }]);
    });
  });

  describe('deliveries', () => {
    it('a test is one event and one delivery, due now', async () => {
      const { webhook_id } = await create({ events: ['order.*'] });
      const { status, body } = await operator('POST', `/api/v1/webhooks/${webhook_id}/test`);
      const { event_id } = body as { event_id: string };
      expect([status, event_id]).toEqual([202, expect.stringMatching(/^evt_[0-9a-f]{32}$/)]);
      const delivery = {
        delivery_id: expect.any(Number),
        event_id,
        type: 'webhook.test',
        status: 'pending',
        attempts: 0,
        last_status: null,
        last_error: null,
        next_attempt_at: '2026-11-02T08:00:00Z',
        created_at: '2026-11-02T08:00:00Z',
      };
      const { deliveries } = await get<{ deliveries: { delivery_id: number }[] }>(`${webhook_id}/deliveries`);
      expect(deliveries).toEqual([delivery]);
      expect(await get(`${webhook_id}/deliveries/${deliveries[0]?.delivery_id}`)).toEqual({
        ...delivery,
        body: { type: 'webhook.test', timestamp: '2026-11-02T08:00:00.999000Z', data: { webhook_id } },
        last_answer: null,
      });
      const { rows } = await open().database.read((reader) =>
        sql`select is_single, order_key from webhook_delivery where webhook_id = ${webhook_id}`.execute(reader),
      );
      expect(rows).toEqual([{ is_single: true, order_key: null }]);
    });

    it('the same Idempotency-Key sends one test', async () => {
      const { webhook_id } = await create();
      const test = () =>
        operator('POST', `/api/v1/webhooks/${webhook_id}/test`, undefined, { 'idempotency-key': 'test-once' });
      const [first, second] = [await test(), await test()];
      expect(second.text).toBe(first.text);
      expect((await get<{ deliveries: [] }>(`${webhook_id}/deliveries`)).deliveries).toHaveLength(1);
    });

    it('deliveries are listed newest first, by status, a page at a time', async () => {
      const { webhook_id } = await create();
      const failed = await deliver(webhook_id, '2026-11-01T00:00:00Z', ENDED);
      const pending = await deliver(webhook_id, '2026-11-01T01:00:00Z');
      const delivered = await deliver(webhook_id, '2026-11-01T02:00:00Z', { ...ENDED, status: 'delivered' });
      const idsOf = ({ deliveries }: { deliveries: { delivery_id: number }[] }) =>
        deliveries.map(({ delivery_id }) => delivery_id);
      type Page = Parameters<typeof idsOf>[0] & { next_cursor: string };
      const path = `${webhook_id}/deliveries`;
      expect(idsOf(await get(path))).toEqual([delivered, pending, failed]);
      expect(idsOf(await get(`${path}?status=failed`))).toEqual([failed]);
      expect(idsOf(await get(`${path}?status=pending`))).toEqual([pending]);
      expect(idsOf(await get(`${path}?status=delivered`))).toEqual([delivered]);
      const page = await get<Page>(`${path}?limit=2`);
      expect(idsOf(page)).toEqual([delivered, pending]);
      const last = await get<Page>(`${path}?limit=2&cursor=${page.next_cursor}`);
      expect([idsOf(last), last.next_cursor]).toEqual([[failed], null]);
      expect(outcomeOf(await operator('GET', `/api/v1/webhooks/${path}?status=sent`))).toBe('400 malformed-request');
    });

    it('a delivery shows the event as it is sent, and the last answer', async () => {
      const { webhook_id } = await create();
      const delivery = await deliver(webhook_id, '2026-11-01T00:00:00Z', { ...ENDED, last_answer: 'Oops' });
      expect(await get(`${webhook_id}/deliveries/${delivery}`)).toMatchObject({
        delivery_id: delivery,
        attempts: 10,
        last_status: 500,
        last_error: 'answered 500',
        next_attempt_at: null,
        body: { type: 'order.created', timestamp: '2026-11-01T00:00:00Z', data: { order_id: 7, total: 14.25 } },
        last_answer: 'Oops',
      });
    });

    it('a replay begins a delivery again, and leaves others as they are', async () => {
      const { webhook_id } = await create();
      const [first, second] = [
        await deliver(webhook_id, '2026-11-01T00:00:00Z', ENDED),
        await deliver(webhook_id, '2026-11-01T00:00:00Z', ENDED),
      ];
      const replay = await operator('POST', `/api/v1/webhooks/${webhook_id}/deliveries/${first}/replay`);
      expect(replay).toMatchObject({ status: 202, body: { deliveries: 1 } });
      const begun = { status: 'pending', attempts: 0, next_attempt_at: '2026-11-02T08:00:00Z', last_status: 500 };
      expect(await get(`${webhook_id}/deliveries/${first}`)).toMatchObject(begun);
      expect(await get(`${webhook_id}/deliveries/${second}`)).toMatchObject({ status: 'failed', attempts: 10 });
    });

    it('an empty list of events and an empty change are refused with what is allowed', async () => {
      const { webhook_id } = await create();
      const none = await operator('PATCH', `/api/v1/webhooks/${webhook_id}`, { events: [] });
      const message = 'must list 1 to 100 types and prefixes of events; leave it out or send null for all events';
      expect(none.body).toMatchObject({ errors: [{ path: '/events', message }] });
      const empty = await operator('PATCH', `/api/v1/webhooks/${webhook_id}`, {});
      expect(empty.body).toMatchObject({
        errors: [{ path: '', message: 'must have at least one of url, events, description and status' }],
      });
    });

    it('a delivery of another webhook answers 404', async () => {
      const [first, second] = [await create(), await create()];
      const delivery = await deliver(second.webhook_id, '2026-11-01T00:00:00Z', ENDED);
      const path = `/api/v1/webhooks/${first.webhook_id}/deliveries/${delivery}`;
      expect(outcomeOf(await operator('GET', path))).toBe('404 no-such-delivery');
      expect(outcomeOf(await operator('POST', `${path}/replay`))).toBe('404 no-such-delivery');
      expect(await get(`${second.webhook_id}/deliveries/${delivery}`)).toMatchObject({ status: 'failed' });
    });

    it('a replay of a time range takes both of its ends, and ended and pending ones, but none that is being sent', async () => {
      const { webhook_id } = await create();
      const claim = { claimed_by: 'an instance', claimed_until: '2026-11-02T08:00:30Z' };
      const before = await deliver(webhook_id, '2026-11-01T09:59:59.999Z', ENDED);
      const ended = await deliver(webhook_id, '2026-11-01T10:00:00Z', ENDED);
      const pending = await deliver(webhook_id, '2026-11-01T10:30:00Z', { attempts: 3 });
      const inHand = await deliver(webhook_id, '2026-11-01T11:00:00.5Z', { attempts: 1, ...claim });
      const after = await deliver(webhook_id, '2026-11-01T11:00:01Z', { ...ENDED, status: 'delivered' });
      const range = { since: '2026-11-01T10:00:00Z', until: '2026-11-01T11:00:00Z' };
      const replay = (body: object) => operator('POST', `/api/v1/webhooks/${webhook_id}/replay`, body);
      expect(await replay(range)).toMatchObject({ status: 202, body: { deliveries: 2 } });
      const one = await operator('POST', `/api/v1/webhooks/${webhook_id}/deliveries/${inHand}/replay`);
      expect(outcomeOf(one)).toBe('409 delivery-under-way');
      const { rows } = await open().database.read((reader) =>
        sql`select id, status, attempts, due_at, claimed_by from webhook_delivery where webhook_id = ${webhook_id} order by id`.execute(
          reader,
        ),
      );
      const due = { status: 'pending', due_at: '2026-11-02T08:00:00.999Z', claimed_by: null };
      expect(rows).toEqual([
        { id: before, status: 'failed', attempts: 10, due_at: null, claimed_by: null },
        { id: ended, ...due, attempts: 0 },
        { id: pending, ...due, attempts: 3 },
        expect.objectContaining({ id: inHand, status: 'pending', attempts: 1, claimed_by: 'an instance' }),
        { id: after, status: 'delivered', attempts: 10, due_at: null, claimed_by: null },
      ]);
      expect(await replay({ since: range.since })).toMatchObject({ body: { deliveries: 3 } });
    });

    it.each([
      [{}, '400 malformed-request'],
      [{ since: 'yesterday' }, '400 malformed-request'],
      [{ since: '2026-11-01T10:00:00Z', until: 'today' }, '400 malformed-request'],
      [{ since: '2026-11-01T10:00:00Z', until: '2026-11-01T09:00:00Z' }, '400 malformed-request'],
    ])('a replay of %j is refused', async (body, outcome) => {
      const { webhook_id } = await create();
      expect(outcomeOf(await operator('POST', `/api/v1/webhooks/${webhook_id}/replay`, body))).toBe(outcome);
    });
  });

  describe('ownership', () => {
    it("a provider makes, sees and lists only its own webhooks, and an operator sees everyone's", async () => {
      const [own, foreign, ofAll] = [await create({}, provider), await create({}, other), await create()];
      expect([own, foreign, ofAll].map(({ provider_id }) => provider_id)).toEqual([providerId, otherId, null]);
      expect((await create({ provider_id: providerId }, provider)).provider_id).toBe(providerId);
      expect((await create({ provider_id: null }, provider)).provider_id).toBe(providerId);
      const listOf = async (as: Ask) => {
        const { body } = await as('GET', '/api/v1/webhooks?limit=1000');
        return (body as { webhooks: Webhook[] }).webhooks;
      };
      expect(new Set((await listOf(provider)).map(({ provider_id }) => provider_id))).toEqual(new Set([providerId]));
      const all = (await listOf(operator)).map(({ webhook_id }) => webhook_id);
      expect(all).toEqual(expect.arrayContaining([own, foreign, ofAll].map(({ webhook_id }) => webhook_id)));
      expect(await listOf(operator)).not.toContainEqual(expect.objectContaining({ secret: expect.anything() }));
    });

    it('a provider that names another provider is refused', async () => {
      const answer = await provider('POST', '/api/v1/webhooks', { url: URL, provider_id: otherId });
      expect(outcomeOf(answer)).toBe('403 forbidden');
    });

    it("another provider's webhook, and one of the operators, answer as if they did not exist", async () => {
      for (const body of [{ provider_id: otherId }, {}]) {
        const { webhook_id } = await create(body);
        const delivery = await deliver(webhook_id, '2026-11-01T00:00:00Z', ENDED);
        const stored = () => dumpTables(open().database).then(({ text }) => text.match(/^public\.webhook.*$/gm));
        const before = await stored();
        const path = `/api/v1/webhooks/${webhook_id}`;
        const refused = [
          await provider('GET', path),
          await provider('PATCH', path, { status: 'disabled' }),
          await provider('PATCH', path, { url: 'https://10.0.0.1/' }),
          await provider('DELETE', path),
          await provider('GET', `${path}/secret`),
          await provider('POST', `${path}/rotate-secret`),
          await provider('POST', `${path}/test`),
          await provider('GET', `${path}/deliveries`),
          await provider('GET', `${path}/deliveries/${delivery}`),
          await provider('POST', `${path}/deliveries/${delivery}/replay`),
          await provider('POST', `${path}/replay`, { since: '2026-01-01T00:00:00Z' }),
        ];
        expect(new Set(refused.map(outcomeOf))).toEqual(new Set(['404 no-such-webhook']));
        expect(await stored()).toEqual(before);
      }
    });

    it.each(['service', 'viewer', 'monitor'])('the role %s may not use webhooks', async (role) => {
      const ask = await asRole(app, role);
      const { webhook_id } = await create();
      const answers = [
        await ask('GET', '/api/v1/webhooks'),
        await ask('POST', '/api/v1/webhooks', { url: URL }),
        await ask('GET', `/api/v1/webhooks/${webhook_id}/secret`),
      ];
      expect(new Set(answers.map(outcomeOf))).toEqual(new Set(['403 forbidden']));
    });

    it('an unknown webhook answers 404', async () => {
      expect(outcomeOf(await operator('GET', '/api/v1/webhooks/999999'))).toBe('404 no-such-webhook');
      expect(outcomeOf(await operator('GET', '/api/v1/webhooks/0'))).toBe('400 malformed-request');
    });
  });
});

eachDatabase('limits of webhooks', (open) => {
  it('a provider has at most 20 webhooks, at most 50 have no provider, and there are at most 1,000', async () => {
    await using stack = new AsyncDisposableStack();
    const { database } = open();
    const app = await openTestApp(database);
    stack.defer(() => app.close());
    const ask = async (body: object) => {
      const response = await app.inject({ method: 'POST', url: '/api/v1/webhooks', payload: { url: URL, ...body } });
      return [response.statusCode, (JSON.parse(response.body) as { detail?: string }).detail?.split(',')[0]];
    };
    const { rows } = await database.statement((tx) =>
      sql<{ id: number }>`
        insert into provider (first_name, last_name) select 'A', 'B' from generate_series(1, 50) returning id`.execute(
        tx,
      ),
    );
    const [full, free, ...others] = rows.map(({ id }) => id);
    const add = (provider: number | null | undefined, webhooks: number) =>
      database.statement((tx) =>
        sql`insert into webhook (url, provider_id) select ${URL}, ${provider}::bigint
              from generate_series(1, ${webhooks}::integer)`.execute(tx),
      );
    await add(full, 19);
    expect(await ask({ provider_id: full })).toEqual([201, undefined]);
    expect(await ask({ provider_id: full })).toEqual([409, `Provider ${full} has 20 webhooks`]);
    await add(null, 49);
    expect(await ask({})).toEqual([201, undefined]);
    expect(await ask({})).toEqual([409, 'The server has 50 webhooks for the events of all providers']);
    for (const provider of others) await add(provider, 19);
    await add(others[0], 1_000 - 20 - 50 - 19 * others.length - 1);
    expect(await ask({ provider_id: free })).toEqual([201, undefined]);
    expect(await ask({ provider_id: free })).toEqual([409, 'The server has 1000 webhooks']);
  });
});

function bytesAsHex(secret: string): string {
  return Buffer.from(secret.slice('whsec_'.length), 'base64').toString('hex');
}
