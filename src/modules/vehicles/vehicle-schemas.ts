import { Type } from 'typebox';
import { component, nullable } from '../../platform/http/openapi.ts';
import { CursorParameter, IdField, IdParameter, LimitParameter, VisibleText } from '../../platform/http/parameters.ts';

export const MAX_NAME_LENGTH = 200;
export const MAX_STATE_LENGTH = 100;
const MAX_PAIRS = 1_000;

const strict = { additionalProperties: false };

const TIME_GRAMMAR =
  '`YYYY-MM-DD`, then optionally `T` or a space and `HH:MM[:SS[.f]]` with one to nine decimals, cut to microseconds, ' +
  'then optionally `Z`, `±HH`, `±HHMM` or `±HH:MM`. Letters may be lower-case. Without an offset the time is UTC.';

const TimeText = Type.String({ maxLength: 40, description: TIME_GRAMMAR, examples: ['2022-09-11T17:03:17.000001Z'] });
const Timestamp = Type.String({
  format: 'date-time',
  description: 'When the state began; UTC, to the microsecond.',
  examples: ['2022-09-11T17:03:17Z'],
});

const VehicleId = IdField("The vehicle's id.", 2);
const Make = Type.String({ description: 'The manufacturer.', examples: ['AUDI'] });
const Model = Type.String({ description: 'The model.', examples: ['A4'] });
const State = Type.String({ description: 'The state, as it was logged.', examples: ['selling'] });

export const VehicleParams = Type.Object({ id: IdParameter("The vehicle's id.", 2) });
export const StateAtParams = Type.Object({
  id: IdParameter("The vehicle's id.", 2),
  timestamp: Type.String({
    description: `The moment to look up: ${TIME_GRAMMAR}`,
    examples: ['2022-09-12T10:00:00+00:00'],
  }),
});

const Vehicle = component(
  'Vehicle',
  Type.Object({ id: VehicleId, make: Make, model: Model }, { description: 'A vehicle.' }),
);
const VehicleInState = component(
  'VehicleInState',
  Type.Object(
    { id: VehicleId, make: Make, model: Model, state: State },
    { description: 'A vehicle and the state it was in at the requested moment.' },
  ),
);
export const CurrentVehicle = component(
  'CurrentVehicle',
  Type.Object(
    {
      id: VehicleId,
      make: Make,
      model: Model,
      state: nullable(State, { description: 'The present state; `null` before the first log.' }),
      since: nullable(Timestamp, {
        description: 'When the present state was logged to begin; UTC, to the microsecond.',
      }),
    },
    { description: 'A vehicle in its present state.' },
  ),
);

export const VehicleListQuery = Type.Object({
  cursor: Type.Optional(CursorParameter),
  limit: Type.Optional(LimitParameter),
});

export const VehicleList = component(
  'VehicleList',
  Type.Object({
    vehicles: Type.Array(CurrentVehicle, { description: 'The vehicles of the page, by id.' }),
    next_cursor: nullable(Type.String({ description: 'The `cursor` of the next page; `null` on the last.' })),
  }),
);

const StateLog = component(
  'StateLog',
  Type.Object({ state: State, timestamp: Timestamp }, { description: 'One dated change of state.' }),
);

export const VehicleStateAnswer = component(
  'VehicleStateAnswer',
  Type.Object({
    fromCache: Type.Boolean({ description: '`false` when the database was read for this answer.' }),
    data: component('VehicleStateData', Type.Object({ vehicle: VehicleInState }, { description: 'The answer.' })),
  }),
);

export const VehicleHistory = component(
  'VehicleHistory',
  Type.Object({
    vehicle: Vehicle,
    history: Type.Array(StateLog, {
      description: 'Every state log by time, ascending. Of two logs at one instant, the later one counts.',
    }),
  }),
);

export const VehicleBody = Type.Object(
  {
    make: VisibleText(MAX_NAME_LENGTH, { description: 'The manufacturer.', examples: ['AUDI'] }),
    model: VisibleText(MAX_NAME_LENGTH, { description: 'The model.', examples: ['A4'] }),
    state: Type.Optional(VisibleText(MAX_STATE_LENGTH, { description: 'Its first state.', examples: ['quoted'] })),
    timestamp: Type.Optional(
      Type.String({
        maxLength: 40,
        description: `When that state began; defaults to now. ${TIME_GRAMMAR}`,
        examples: ['2022-09-10T10:23:54Z'],
      }),
    ),
  },
  strict,
);

export const StateLogBody = Type.Object(
  {
    state: VisibleText(MAX_STATE_LENGTH, { description: 'The new state.', examples: ['sold'] }),
    timestamp: TimeText,
  },
  strict,
);

export const LoggedState = component(
  'LoggedState',
  Type.Object(
    { vehicle_id: VehicleId, state: State, timestamp: Timestamp },
    { description: 'The state log as it was stored.' },
  ),
);

const VehicleMoment = component(
  'VehicleMoment',
  Type.Object(
    { vehicle_id: VehicleId, timestamp: TimeText },
    { ...strict, description: 'A vehicle and a moment to look it up at.' },
  ),
);

export const StatesBody = Type.Object(
  {
    pairs: Type.Array(VehicleMoment, {
      minItems: 1,
      maxItems: MAX_PAIRS,
      description: 'The vehicles and moments to look up.',
    }),
  },
  strict,
);

const PairProblem = component(
  'VehicleStateProblem',
  Type.Object(
    {
      type: Type.String({ description: 'The problem type.', examples: ['urn:holdfast:problem:no-such-vehicle'] }),
      title: Type.String({ description: 'Its summary.' }),
      status: Type.Integer({ description: 'The status the single request would have.', examples: [404] }),
      detail: Type.String({ description: 'What is wrong with this pair.' }),
    },
    { description: 'Why there is no state for one pair.' },
  ),
);

const PairResult = component(
  'VehicleStateResult',
  Type.Object(
    { vehicle: Type.Optional(VehicleInState), problem: Type.Optional(PairProblem) },
    { description: 'The result for one pair: the vehicle in its state, or a problem.' },
  ),
);

export const VehicleStates = component(
  'VehicleStates',
  Type.Object({
    states: Type.Array(PairResult, { description: 'One result per pair, in the sequence of the pairs.' }),
  }),
);
