import pg from 'pg';

/** Values that change answers, or end sessions and statements, where a program relies on the defaults. */
export const ODD: Readonly<Record<string, string>> = {
  array_nulls: 'off',
  bytea_output: 'escape',
  DateStyle: 'German, DMY',
  default_transaction_deferrable: 'on',
  default_transaction_isolation: 'serializable',
  extra_float_digits: '-10',
  idle_in_transaction_session_timeout: '7',
  idle_session_timeout: '2000',
  IntervalStyle: 'sql_standard',
  jit: 'on',
  lock_timeout: '1',
  search_path: 'elsewhere',
  standard_conforming_strings: 'off',
  statement_timeout: '2000',
  TimeZone: 'Asia/Kolkata',
  transform_null_equals: 'on',
};
/** The same as `options` of a connection. */
export const AS_OPTIONS = Object.entries(ODD)
  .map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`)
  .join(' ');

/** A value for `SET`, as a list where it is one. */
export function quoted(value: string): string {
  return value
    .split(', ')
    .map((part) => pg.escapeLiteral(part))
    .join(', ');
}
