import { setTimeout as sleep } from 'node:timers/promises';
import type { Line, Target } from './line.ts';
import { cpuOfFamily, cpuOfFamilyWithEnded, machineTime, residentOfFamily } from './measure/proc.ts';
import type { Setting } from './network/setting.ts';
import { type Peer, type PeerName, RIVALS, type RunningPeer } from './peer.ts';
import type { Conditions, Place } from './place.ts';
import type { Sample } from './report/compare.ts';
import { rotated } from './rotation.ts';
import { type Scene, withScene } from './scene.ts';

/** Which rotations are measured, and the value that all peers share if earlier ones have settled it. */
export interface Rotations {
  /** The first, counted from 0. */
  readonly from: number;
  readonly count: number;
  readonly agreed: number | undefined;
}

export interface LineRun {
  readonly samples: readonly Sample[];
  readonly agreed: number | undefined;
  readonly sysctls: Readonly<Record<string, string>>;
  /** The configuration that each peer ran with. */
  readonly configurations: Readonly<Partial<Record<PeerName, string>>>;
}

/** Time for sockets and processors to come to rest between two measurements. */
const SETTLE_MS = 300;

const targetOf = (place: Place, running: RunningPeer, remarks: string[] = []): Target => {
  const { pid, address, ports, begunAt } = running;
  return {
    place,
    address,
    ports,
    begunAt,
    cpuSeconds: () => (pid === undefined ? undefined : cpuOfFamily(pid)),
    residentBytes: () => (pid === undefined ? undefined : residentOfFamily(pid)),
    spread: () => running.spread?.(),
    remark: (text) => remarks.push(text),
  };
};

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

type Measured = Omit<Sample, 'peer' | 'rotation'>;

/**
 * A peer that could not be started or warmed up. It is a finding about that peer; the others are measured on.
 */
const failedWith = ({ signal }: Conditions, error: unknown): Measured => {
  signal.throwIfAborted();
  return { values: {}, others: 0, failure: reasonOf(error) };
};

const measureOnce = async (
  line: Line,
  running: RunningPeer,
  place: Place,
  agreed: number | undefined,
): Promise<Measured> => {
  const remarks: string[] = [];
  const { result, others } = await withOthers(async () => {
    try {
      running.check();
      return { values: await line.measure(targetOf(place, running, remarks), agreed) };
    } catch (error) {
      return failedWith(place, error);
    }
  });
  return { ...result, others, ...(remarks.length > 0 ? { remarks } : {}) };
};

/** What is the same for all measurements of a line in a setting. */
interface Work {
  readonly line: Line;
  readonly setting: Setting;
  readonly peers: readonly Peer[];
  readonly conditions: Conditions;
  readonly rotations: Rotations;
  /** Told what comes next; rotation 0 is the warm-up. */
  readonly onStep: (peer: PeerName, rotation: number) => void;
}

type Measure = (peer: Peer) => Promise<Measured>;

const rotate = async (
  { peers, rotations, conditions, onStep }: Work,
  measure: Measure,
): Promise<Sample[]> => {
  const samples: Sample[] = [];
  for (let rotation = rotations.from; rotation < rotations.from + rotations.count; rotation++)
    for (const peer of rotated(peers, rotation)) {
      onStep(peer.name, rotation + 1);
      await sleep(SETTLE_MS, undefined, { signal: conditions.signal });
      const measured = await measure(peer).catch((error: unknown) => failedWith(conditions, error));
      samples.push({ peer: peer.name, rotation, ...measured });
    }
  return samples;
};

/** Everything is new for each measurement. */
const runFresh = async (work: Work): Promise<LineRun> => {
  const { line, setting, conditions } = work;
  const configurations: Partial<Record<PeerName, string>> = {};
  let sysctls: Readonly<Record<string, string>> = {};
  const samples = await rotate(work, (peer) =>
    withScene(line, setting, conditions, async ({ place, endpoints }) => {
      sysctls = place.network.sysctls;
      const running = await peer.start(place, endpoints);
      configurations[peer.name] = running.configuration;
      return measureOnce(line, running, place, work.rotations.agreed);
    }),
  );
  return { samples, agreed: work.rotations.agreed, sysctls, configurations };
};

/** All peers run side by side, in front of the same endpoints, and are measured in turn. */
const runTogether = (work: Work): Promise<LineRun> =>
  withScene(work.line, work.setting, work.conditions, async ({ place, endpoints }: Scene) => {
    const { line, peers, conditions, onStep } = work;
    const configurations: Partial<Record<PeerName, string>> = {};
    const running = new Map<Peer, RunningPeer>();
    const failures = new Map<Peer, Measured>();
    const most: number[] = [];
    for (const peer of peers) {
      onStep(peer.name, 0);
      try {
        const started = await peer.start(place, endpoints);
        configurations[peer.name] = started.configuration;
        const reached = await line.warmUp(targetOf(place, started));
        const isBalancer = peer.name === 'relay' || RIVALS.includes(peer.name);
        if (isBalancer && reached !== undefined) most.push(reached);
        running.set(peer, started);
      } catch (error) {
        failures.set(peer, failedWith(conditions, error));
      }
    }
    const agreed = work.rotations.agreed ?? (most.length > 0 ? line.agree?.(most) : undefined);
    const samples = await rotate(work, async (peer) => {
      const there = running.get(peer);
      if (there !== undefined) return measureOnce(line, there, place, agreed);
      return failures.get(peer) ?? { values: {}, others: 0, failure: 'it was not started' };
    });
    return { samples, agreed, sysctls: place.network.sysctls, configurations };
  });

/** Measures one line in one setting: in each rotation each peer once, in rotating order. */
export const runLine = (work: Work): Promise<LineRun> =>
  work.line.fresh ? runFresh(work) : runTogether(work);
