import { Client } from './client.ts';
import type { LoadPlan, LoadResult } from './plan.ts';
import { Tally } from './tally.ts';

/** Longest wait: at full speed nothing is due, but slots that are backing off must be released. */
const LONGEST_MS = 5;
/** Time limit for responses after the last request. */
const AFTER_MS = 1_000;

/**
 * Loads a server, in the calling thread, until the plan is done. At a fixed rate, request number n is due at
 * n/rate, whether or not earlier ones have been answered, and its latency counts from then. A server that
 * stalls cannot hide the requests that would have arrived meanwhile (no coordinated omission).
 */
export const generate = (plan: LoadPlan): LoadResult => {
  const clock = (): number => performance.now();
  const atRate = plan.rate > 0;
  const intervalMs = atRate ? 1000 / plan.rate : 0;
  const tally = new Tally();
  const client = new Client(plan, tally, clock);
  client.prepare();

  const start = clock();
  const from = start + plan.warmUpSeconds * 1000;
  const to = from + plan.seconds * 1000;
  tally.setWindow(from, to);
  const total = Math.floor((to - start) / intervalMs);
  const dueAt = (request: number): number => (atRate ? start + request * intervalMs : clock());
  let begun = 0;
  let cpuFrom: NodeJS.CpuUsage | undefined;
  for (let now = clock(); now < to; now = clock()) {
    if (cpuFrom === undefined && now >= from) cpuFrom = process.cpuUsage();
    const due = atRate
      ? Math.min(total, Math.floor((now - start) / intervalMs) + 1)
      : Number.POSITIVE_INFINITY;
    while (begun < due && client.start(dueAt(begun))) begun++;
    // If a due request could not start, a response will free a connection for it.
    client.poll(begun < due ? LONGEST_MS : Math.min(LONGEST_MS, dueAt(begun) - clock()));
  }
  const cpu = process.cpuUsage(cpuFrom);
  // At full speed the requests in flight at the end are ignored; at a fixed rate each request counts.
  if (atRate) {
    for (const end = clock() + AFTER_MS; clock() < end && client.hasRequests; ) client.poll(LONGEST_MS);
    client.giveUp();
    for (const end = clock(); begun < total; begun++) tally.failed(dueAt(begun), end, 'NotBegun');
  }
  return tally.result((cpu.user + cpu.system) / 1e6);
};
