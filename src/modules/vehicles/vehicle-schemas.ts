import { Type } from 'typebox';
import { IdField, IdParameter, WrittenText } from '../../platform/http/parameters.ts';

export const MAX_NAME_LENGTH = 200;
export const MAX_STATE_LENGTH = 100;
const MAX_PAIRS = 1_000;

const Name = WrittenText(MAX_NAME_LENGTH);
const State = WrittenText(MAX_STATE_LENGTH);
const strict = { additionalProperties: false };

const GRAMMAR =
  '`YYYY-MM-DD`, then optionally `T` or a space and `HH:MM[:SS[.ffffff]]`, then optionally `Z`, `±HH`, `±HHMM` or `±HH:MM`; UTC unless told';
const WrittenTime = Type.String({ maxLength: 40, description: GRAMMAR, examples: ['2022-09-11T17:03:17.000001Z'] });
const ExactTime = Type.String({ description: 'UTC, to the microsecond', examples: ['2022-09-11T17:03:17Z'] });

export const IdParams = Type.Object({ id: IdParameter('Its id') });
export const StateAtParams = Type.Object({
  id: IdParameter('Its id'),
  timestamp: Type.String({ description: GRAMMAR, examples: ['2022-09-12T10:00:00+00:00'] }),
});

const Vehicle = Type.Object({ id: IdField(), make: Type.String(), model: Type.String() });
const VehicleInState = Type.Object({ ...Vehicle.properties, state: Type.String() });
const StateLog = Type.Object({ state: Type.String(), timestamp: ExactTime });

export const StateAt = Type.Object({
  fromCache: Type.Boolean({ description: '`false`: the database was asked for this answer' }),
  data: Type.Object({ vehicle: VehicleInState }),
});
export const History = Type.Object({
  vehicle: Vehicle,
  history: Type.Array(StateLog, { description: 'Ascending; of two at one instant the later one holds' }),
});

export const VehicleBody = Type.Object(
  {
    make: Name,
    model: Name,
    state: Type.Optional(State),
    timestamp: Type.Optional(
      Type.String({ maxLength: 40, description: `Since when it is in that state; now unless told. ${GRAMMAR}` }),
    ),
  },
  strict,
);
export const StateLogBody = Type.Object({ state: State, timestamp: WrittenTime }, strict);
export const StateLogged = Type.Object({ vehicle_id: IdField(), ...StateLog.properties });

export const StatesBody = Type.Object(
  {
    pairs: Type.Array(Type.Object({ vehicle_id: IdField(), timestamp: WrittenTime }, strict), {
      minItems: 1,
      maxItems: MAX_PAIRS,
    }),
  },
  strict,
);
export const States = Type.Object({
  states: Type.Array(
    Type.Object({
      vehicle: Type.Optional(VehicleInState),
      problem: Type.Optional(
        Type.Object({ type: Type.String(), title: Type.String(), status: Type.Integer(), detail: Type.String() }),
      ),
    }),
    { description: 'In the order of `pairs`: the vehicle in its state, or why there is none' },
  ),
});
