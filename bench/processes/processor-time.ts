import { readFileSync } from 'node:fs';

/** Length of Linux's clock tick in microseconds. It is the same on every platform that Node runs on. */
const TICK_US = 10_000;
/** Places of the user and system time in `/proc/<pid>/stat`, counted from the state that follows the name. */
const [USER, SYSTEM] = [11, 12];

/** User and system time of a process and its threads since it started, in microseconds. */
export function processorUs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name is in parentheses, and may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[USER]) + Number(fields[SYSTEM])) * TICK_US;
}
