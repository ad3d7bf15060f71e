import { readFile, writeFile } from 'node:fs/promises';

const KIB_PER_MIB = 1_024;

/** Resident memory of a process in MiB, as Linux counts it. */
export function residentMib(pid: number): Promise<number> {
  return readMib(pid, 'VmRSS');
}

/** Peak of the resident memory since `forgetPeak`, in MiB. The kernel records it, so that no moment is missed. */
export function peakMib(pid: number): Promise<number> {
  return readMib(pid, 'VmHWM');
}

/** Resets the peak. */
export async function forgetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5');
}

async function readMib(pid: number, field: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kib = Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]);
  if (!kib) throw new Error(`Linux does not report ${field} of process ${pid}`);
  return kib / KIB_PER_MIB;
}
