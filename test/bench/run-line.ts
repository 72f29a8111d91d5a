import { setTimeout as sleep } from 'node:timers/promises';
import type { Conditions } from './environment.ts';
import type { Line, Target } from './line.ts';
import { cpuOfFamily, cpuOfFamilyWithEnded, machineTime, residentOfFamily } from './measure/proc.ts';
import type { Setting } from './network/setting.ts';
import { type Peer, type PeerName, RIVALS, type RunningPeer } from './peer.ts';
import type { Sample } from './report/compare.ts';
import { rotated } from './rotation.ts';
import { type Scene, withScene } from './scene.ts';
import { within } from './within.ts';

/** Which rotations to measure, and the value that all peers share if earlier rotations have determined it. */
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

/** Pause between two measurements, in which sockets and processors settle. */
const SETTLE_MS = 300;

/**
 * What a warm-up or a measurement may take beyond its planned duration, before its peer has failed: longer
 * than a client may (measure/run-client.ts), which says more about what went wrong.
 */
const BEYOND_SECONDS = 60;

const targetOf = (
  { environment, endpoints }: Scene,
  running: RunningPeer,
  remarks: string[] = [],
): Target => {
  const { pid, address, ports, startedAt } = running;
  return {
    environment,
    endpoints,
    address,
    ports,
    startedAt,
    takesHeader: running.takesHeader === true,
    cpuSeconds: () => (pid === undefined ? undefined : cpuOfFamily(pid)),
    residentBytes: () => (pid === undefined ? undefined : residentOfFamily(pid)),
    spread: () => running.spread?.(),
    remark: (text) => remarks.push(text),
  };
};

/** Runs `work` and measures the share of the machine that is used by programs other than this bench. */
const withOtherLoad = async <T>(work: () => Promise<T>): Promise<{ result: T; others: number }> => {
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
 * The result for a peer that could not be started, warmed up or measured. The other peers are still measured.
 */
const failedWith = ({ signal }: Conditions, error: unknown): Measured => {
  signal.throwIfAborted();
  return { values: {}, others: 0, failure: reasonOf(error) };
};

const measureOnce = async (
  line: Line,
  running: RunningPeer,
  scene: Scene,
  agreed: number | undefined,
): Promise<Measured> => {
  const remarks: string[] = [];
  const { result, others } = await withOtherLoad(async () => {
    try {
      running.check();
      return {
        values: await within(
          'the measurement',
          line.duration(scene.environment) + BEYOND_SECONDS,
          line.measure(targetOf(scene, running, remarks), agreed),
        ),
      };
    } catch (error) {
      return failedWith(scene.environment, error);
    }
  });
  return { ...result, others, ...(remarks.length > 0 ? { remarks } : {}) };
};

/** What all measurements of a line in a setting share. */
interface Work {
  readonly line: Line;
  readonly setting: Setting;
  readonly peers: readonly Peer[];
  readonly conditions: Conditions;
  readonly rotations: Rotations;
  /** Called before each measurement; rotation 0 is the warm-up. */
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

/** Creates everything anew for each measurement. */
const runFresh = async (work: Work): Promise<LineRun> => {
  const { line, setting, conditions } = work;
  const configurations: Partial<Record<PeerName, string>> = {};
  let sysctls: Readonly<Record<string, string>> = {};
  const samples = await rotate(work, (peer) =>
    withScene(line, setting, conditions, async (scene) => {
      const { environment, endpoints } = scene;
      sysctls = environment.network.sysctls;
      const running = await peer.start(environment, endpoints);
      configurations[peer.name] = running.configuration;
      return measureOnce(line, running, scene, work.rotations.agreed);
    }),
  );
  return { samples, agreed: work.rotations.agreed, sysctls, configurations };
};

/** Runs all peers side by side, in front of the same endpoints, and measures them in turn. */
const runTogether = (work: Work): Promise<LineRun> =>
  withScene(work.line, work.setting, work.conditions, async (scene) => {
    const { environment, endpoints } = scene;
    const { line, peers, conditions, onStep } = work;
    const configurations: Partial<Record<PeerName, string>> = {};
    const running = new Map<Peer, RunningPeer>();
    const failures = new Map<Peer, Measured>();
    const highest: number[] = [];
    for (const peer of peers) {
      onStep(peer.name, 0);
      try {
        const started = await peer.start(environment, endpoints);
        configurations[peer.name] = started.configuration;
        const reached = await within(
          'the warm-up',
          line.duration(conditions) + BEYOND_SECONDS,
          line.warmUp(targetOf(scene, started)),
        );
        const isBalancer = peer.name === 'relay' || RIVALS.includes(peer.name);
        if (isBalancer && reached !== undefined) highest.push(reached);
        running.set(peer, started);
      } catch (error) {
        failures.set(peer, failedWith(conditions, error));
      }
    }
    const agreed = work.rotations.agreed ?? (highest.length > 0 ? line.agree?.(highest) : undefined);
    const samples = await rotate(work, async (peer) => {
      const started = running.get(peer);
      if (started !== undefined) return measureOnce(line, started, scene, agreed);
      return failures.get(peer) ?? { values: {}, others: 0, failure: 'it was not started' };
    });
    return { samples, agreed, sysctls: environment.network.sysctls, configurations };
  });

/** Measures one line in one setting: in each rotation each peer once, in rotating order. */
export const runLine = (work: Work): Promise<LineRun> =>
  work.line.fresh ? runFresh(work) : runTogether(work);
