import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WireAnswer } from '../inventory/bookings.ts';
import type { UnitId } from '../inventory/stock.ts';
import type { SimulatorControls } from '../simulator-controls.ts';
import { readFaultPlans } from './faults.ts';
import { readJson } from './read-json.ts';
import { sendJson } from './send-answer.ts';

export const ADMIN = '/_simulator/';

type Body = Readonly<Record<string, unknown>>;

const done: WireAnswer = { status: 204 };
const refused = (error: string): WireAnswer => ({ status: 400, body: { error } });
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;
const isAmount = (value: unknown): value is number => typeof value === 'number' && value >= 0;

/** Serves the controls to other processes. */
export function adminHandler(controls: SimulatorControls) {
  const onUnit = (body: Body, act: (id: UnitId) => WireAnswer): WireAnswer => {
    const { id } = body;
    return typeof id === 'string' || typeof id === 'number' ? act(id) : refused('id is required');
  };
  const routes = new Map<string, (body: Body) => WireAnswer>([
    ['GET log', () => ({ status: 200, body: controls.log() })],
    ['GET bookings', () => ({ status: 200, body: controls.bookings() })],
    ['GET faults', () => ({ status: 200, body: controls.faults() })],
    [
      'PUT faults',
      (body) => {
        const plans = readFaultPlans(body);
        if (typeof plans === 'string') return refused(plans);
        controls.setFaults(plans);
        return done;
      },
    ],
    [
      'PUT rivals',
      ({ perSecond }) => {
        if (!isAmount(perSecond)) return refused('perSecond must be a number from 0');
        controls.setRivals(perSecond);
        return done;
      },
    ],
    [
      'POST sell',
      (body) =>
        onUnit(body, (id) => {
          if (!isCount(body.quantity)) return refused('quantity must be a whole number from 1');
          return controls.sell(id, body.quantity) ? done : { status: 409, body: { error: 'fewer units are left' } };
        }),
    ],
    [
      'POST vanish',
      (body) =>
        onUnit(body, (id) => {
          controls.vanish(id);
          return done;
        }),
    ],
    [
      'POST price',
      (body) =>
        onUnit(body, (id) => {
          if (!isAmount(body.amount)) return refused('amount must be a number from 0');
          controls.setPrice(id, body.amount);
          return done;
        }),
    ],
  ]);
  return async (request: IncomingMessage, response: ServerResponse, { pathname }: URL): Promise<void> => {
    const route = routes.get(`${request.method} ${pathname.slice(ADMIN.length)}`);
    const answer = route?.(Object((await readJson(request)) ?? {}) as Body);
    sendJson(response, answer?.status ?? 404, answer ? answer.body : { error: 'there is no such path' });
  };
}
