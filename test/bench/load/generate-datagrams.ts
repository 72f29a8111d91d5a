import { askCounts } from './ask-counts.ts';
import { DatagramClients } from './datagram-clients.ts';
import type { DatagramPlan, DatagramResult } from './datagram-plan.ts';
import { Tally } from './tally.ts';

/** Longest wait: requests that were lost have to be noticed. */
const LONGEST_MS = 5;
/** Time limit for answers after the last request. */
const AFTER_MS = 500;
/** An answer that has not come by then will not come: the request or the answer was dropped. */
const LOST_MS = 200;
const CHECK_EVERY_MS = 20;
/** Bursts that are sent before answers are looked for. */
const BURSTS = 4;

const clock = (): number => performance.now();

interface Outcome {
  readonly sent: number;
  readonly arrived: number;
  readonly arrivedBytes: number;
  readonly seconds: number;
}

/** The time that is counted, from now on. */
const windowOf = ({ warmUpSeconds, seconds }: DatagramPlan) => {
  const start = clock();
  const from = start + warmUpSeconds * 1000;
  return { start, from, to: from + seconds * 1000 };
};

/** Each client waits for its answer before it sends the next request. */
const answered = (plan: DatagramPlan, clients: DatagramClients, tally: Tally): Outcome => {
  const expected = new Uint32Array(plan.clients);
  const sentAt = new Float64Array(plan.clients);
  const { from, to } = windowOf(plan);
  tally.setWindow(from, to);
  let number = 0;
  let sent = 0;
  let arrived = 0;
  const ask = (client: number, now: number): void => {
    number = (number + 1) >>> 0;
    expected[client] = number;
    sentAt[client] = now;
    sent += clients.send(client, number);
  };
  for (let client = 0; client < plan.clients; client++) ask(client, clock());
  let checkedAt = clock();
  for (let now = clock(); now < to; now = clock()) {
    clients.poll(LONGEST_MS, (client, got) => {
      if (got !== expected[client]) return; // the answer to a request that was given up
      const at = clock();
      tally.answered(sentAt[client] as number, at);
      arrived++;
      ask(client, at);
    });
    if (now - checkedAt < CHECK_EVERY_MS) continue;
    checkedAt = now;
    for (let client = 0; client < plan.clients; client++) {
      if (now - (sentAt[client] as number) < LOST_MS) continue;
      tally.failed(sentAt[client] as number, now, 'Lost');
      ask(client, now);
    }
  }
  return { sent, arrived, arrivedBytes: arrived * plan.bytes, seconds: plan.seconds };
};

/** Request number n is due at n divided by the rate, and its latency counts from then. */
const due = (plan: DatagramPlan, clients: DatagramClients, tally: Tally): Outcome => {
  const interval = 1000 / plan.rate;
  const total = Math.floor(plan.rate * (plan.warmUpSeconds + plan.seconds));
  const hasAnswer = new Uint8Array(total);
  const { start, from, to } = windowOf(plan);
  tally.setWindow(from, to);
  let sent = 0;
  let arrived = 0;
  const onAnswer = (_client: number, number: number): void => {
    if (hasAnswer[number] !== 0) return;
    hasAnswer[number] = 1;
    arrived++;
    tally.answered(start + number * interval, clock());
  };
  let next = 0;
  while (next < total) {
    for (; next < total && start + next * interval <= clock(); next++)
      sent += clients.send(next % plan.clients, next);
    clients.poll(Math.min(LONGEST_MS, start + next * interval - clock()), onAnswer);
  }
  for (const end = clock() + AFTER_MS; clock() < end && arrived < total; ) clients.poll(LONGEST_MS, onAnswer);
  for (let number = 0; number < total; number++)
    if (hasAnswer[number] === 0) tally.failed(start + number * interval, clock(), 'Lost');
  return { sent, arrived, arrivedBytes: arrived * plan.bytes, seconds: plan.seconds + plan.warmUpSeconds };
};

/** As many as possible, whatever becomes of them; counts the answers. */
const flood = (plan: DatagramPlan, clients: DatagramClients): Outcome => {
  const { start, to } = windowOf(plan);
  let sent = 0;
  let arrived = 0;
  let client = 0;
  const onAnswer = (): void => {
    arrived++;
  };
  while (clock() < to) {
    for (let burst = 0; burst < BURSTS; burst++) {
      sent += clients.send(client, sent >>> 0);
      client = (client + 1) % plan.clients;
    }
    clients.poll(0, onAnswer);
  }
  const seconds = (clock() - start) / 1000;
  return { sent, arrived, arrivedBytes: arrived * plan.bytes, seconds };
};

/** As many as possible; the endpoints count what arrives. */
const oneWay = (plan: DatagramPlan, clients: DatagramClients): Outcome => {
  if (plan.counts === undefined) throw new Error('nobody counts what arrives');
  const before = askCounts(plan.counts);
  const { start, to } = windowOf(plan);
  let sent = 0;
  for (let client = 0; clock() < to; client = (client + 1) % plan.clients)
    sent += clients.send(client, sent >>> 0);
  const after = askCounts(plan.counts);
  return {
    sent,
    arrived: after.datagrams - before.datagrams,
    arrivedBytes: after.bytes - before.bytes,
    seconds: (clock() - start) / 1000,
  };
};

/** Loads a server with datagrams, in the calling thread, until the plan is done. */
export const generateDatagrams = (plan: DatagramPlan): DatagramResult => {
  const kinds = { Answered: answered, Due: due, Flood: flood, OneWay: oneWay } as const;
  const tally = new Tally();
  const clients = new DatagramClients(plan);
  const cpuBefore = process.cpuUsage();
  const outcome = kinds[plan.kind](plan, clients, tally);
  const cpu = process.cpuUsage(cpuBefore);
  const { failures, p50, p99, p999, cpuSeconds } = tally.result((cpu.user + cpu.system) / 1e6);
  return { ...outcome, failures: { ...clients.failures, ...failures }, p50, p99, p999, cpuSeconds };
};
