import { type Id, parseId } from '../../../platform/ids.ts';
import { type Fields, RowRefused } from '../../../platform/import/csv-rows.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import { readMoment, textOfMoment } from '../../../platform/time/moment.ts';
import { isVisibleText, visibleTextMessage } from '../../../platform/visible-text.ts';
import { MAX_NAME_LENGTH, MAX_STATE_LENGTH } from '../vehicle-schemas.ts';

/** The columns that each file must have. Other columns are ignored. */
export const VEHICLE_COLUMNS = ['id', 'make', 'model'] as const;
export const STATE_LOG_COLUMNS = ['vehicle_id', 'state', 'timestamp'] as const;

export interface VehicleRow {
  readonly id: Id;
  readonly make: string;
  readonly model: string;
}

/** The state that a vehicles file lists for a vehicle. */
export interface ListedState {
  readonly id: Id;
  /** Empty if the file lists none. */
  readonly state: string;
}

export interface StateLogRow {
  readonly vehicleId: Id;
  readonly state: string;
  readonly at: InstantText;
}

export function readVehicleRow(fields: Fields): VehicleRow {
  return {
    id: readId(fields, 'id'),
    make: readText(fields, 'make', MAX_NAME_LENGTH),
    model: readText(fields, 'model', MAX_NAME_LENGTH),
  };
}

export function readListedState(fields: Fields): ListedState {
  return { id: readId(fields, 'id'), state: fields.state ?? '' };
}

export function readStateLogRow(fields: Fields): StateLogRow {
  const { timestamp = '' } = fields;
  const moment = readMoment(timestamp);
  if (!moment) throw refused(fields, 'timestamp', 'is not a time such as 2026-12-30T10:00:00Z');
  return {
    vehicleId: readId(fields, 'vehicle_id'),
    state: readText(fields, 'state', MAX_STATE_LENGTH),
    at: textOfMoment(moment),
  };
}

function readId(fields: Fields, column: string): Id {
  const id = parseId(fields[column] ?? '');
  if (id === undefined) throw refused(fields, column, 'is not a whole number from 1 to 2^53-1');
  return id;
}

function readText(fields: Fields, column: string, maxLength: number): string {
  const text = fields[column] ?? '';
  if (!isVisibleText(text, maxLength)) throw refused(fields, column, visibleTextMessage(maxLength));
  return text;
}

function refused(fields: Fields, column: string, reason: string): RowRefused {
  return new RowRefused(`${column} ${JSON.stringify(fields[column] ?? '')} ${reason}`);
}
