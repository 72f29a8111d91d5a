import { setTimeout as sleep } from 'node:timers/promises';
import type { Line, Target } from './line.ts';
import { cpuOfFamily, cpuOfFamilyWithEnded, machineTime, residentOfFamily } from './measure/proc.ts';
import type { Peer, PeerName, RunningPeer } from './peer.ts';
import type { Place } from './place.ts';
import type { Sample } from './report/compare.ts';
import { rotated } from './rotation.ts';

export interface LineRun {
  readonly samples: readonly Sample[];
  /** The configuration that each peer ran with. */
  readonly configurations: Readonly<Partial<Record<PeerName, string>>>;
}

/** Time for sockets and processors to come to rest between two measurements. */
const SETTLE_MS = 300;

const targetOf = (place: Place, { port, pid }: RunningPeer): Target => ({
  place,
  port,
  cpuSeconds: () => (pid === undefined ? undefined : cpuOfFamily(pid)),
  residentBytes: () => (pid === undefined ? undefined : residentOfFamily(pid)),
});

/** Does `work` and says which share of the machine was used by others than this bench and what it started. */
const withOthers = async <T>(work: () => Promise<T>): Promise<{ result: T; others: number }> => {
  const [machine, own] = [machineTime(), cpuOfFamilyWithEnded(process.pid)];
  const result = await work();
  const [machineAfter, ownAfter] = [machineTime(), cpuOfFamilyWithEnded(process.pid)];
  const total = machineAfter.total - machine.total;
  const others = machineAfter.busy - machine.busy - (ownAfter - own);
  return { result, others: total > 0 ? Math.max(0, others / total) : 0 };
};

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  return cause instanceof Error && !message.includes(cause.message)
    ? `${message}: ${cause.message}`
    : message;
};

const measureOnce = async (line: Line, peer: Peer, running: RunningPeer, place: Place): Promise<Sample> => {
  const { result, others } = await withOthers(async () => {
    try {
      running.check();
      return { values: await line.measure(targetOf(place, running)) };
    } catch (error) {
      // One peer that fails is a finding about that peer; the others are measured on.
      place.signal.throwIfAborted();
      return { values: {}, failure: reasonOf(error) };
    }
  });
  return { peer: peer.name, others, ...result };
};

/** A peer that could not be started or warmed up, in one round. */
const notStarted = (peer: Peer, place: Place, error: unknown): Sample => {
  place.signal.throwIfAborted();
  return { peer: peer.name, values: {}, others: 0, failure: reasonOf(error) };
};

/**
 * Measures one line: `rounds` rounds, each peer once in each, in rotating order. `place.leash` holds what it starts.
 * `onStep` is told what comes next; round 0 is the warm-up.
 */
export const runLine = async (
  line: Line,
  peers: readonly Peer[],
  place: Place,
  rounds: number,
  onStep: (peer: PeerName, round: number) => void,
): Promise<LineRun> => {
  const endpoints = await line.openEndpoints(place);
  const configurations: Partial<Record<PeerName, string>> = {};
  const start = async (peer: Peer): Promise<RunningPeer> => {
    const running = await peer.start(place, endpoints);
    configurations[peer.name] = running.configuration;
    return running;
  };
  /** Starts a new process of the peer for one measurement. */
  const measureFresh = async (peer: Peer): Promise<Sample> => {
    const running = await start(peer);
    try {
      return await measureOnce(line, peer, running, place);
    } finally {
      await running.stop();
    }
  };

  const measures = new Map<Peer, () => Promise<Sample>>();
  for (const peer of peers) {
    if (line.freshPeer) {
      measures.set(peer, () => measureFresh(peer));
      continue;
    }
    onStep(peer.name, 0);
    try {
      const running = await start(peer);
      await line.warmUp(targetOf(place, running));
      measures.set(peer, () => measureOnce(line, peer, running, place));
    } catch (error) {
      const sample = notStarted(peer, place, error);
      measures.set(peer, async () => sample);
    }
  }

  const samples: Sample[] = [];
  for (let round = 0; round < rounds; round++)
    for (const peer of rotated(peers, round)) {
      onStep(peer.name, round + 1);
      await sleep(SETTLE_MS, undefined, { signal: place.signal });
      const measure = measures.get(peer);
      if (measure) samples.push(await measure().catch((error: unknown) => notStarted(peer, place, error)));
    }
  return { samples, configurations };
};
