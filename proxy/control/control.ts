import type { ProxyFinding } from '../../report/finding.ts';
import type { Snapshot } from '../configuration/snapshot.ts';
import type { Written } from '../configuration/written-paths.ts';
import type { Engine } from '../engine/engine.ts';
import type { SourceInput } from '../source/source.ts';
import { compileTable } from '../table/compile.ts';
import type { EndpointView } from '../table/endpoint-view.ts';
import type { Table } from '../table/table.ts';
import { backendFindings } from './backend-findings.ts';
import { indexedFindings } from './indexed-findings.ts';

export interface ControlOptions {
  readonly engine: Pick<Engine, 'publish'>;
  readonly view: EndpointView;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Calls `run` once after `ms` milliseconds. */
  readonly after: (ms: number, run: () => void) => unknown;
  readonly onPublished?: (published: Published) => void;
  /** The engine did not take the table; it is tried again after `retryInMs`. */
  readonly onFailed: (error: unknown, retryInMs: number) => void;
  /** Called when what `findings()` answers has changed. */
  readonly onFindings: (appeared: readonly ProxyFinding[], gone: readonly ProxyFinding[]) => void;
}

export interface Published {
  readonly table: Table;
  readonly revision: string;
  /** From the call of publish until every acceptor served it. */
  readonly tookMs: number;
}

/** Turns what the source and the health checks know into tables and hands them to the engine, one at a time, always the newest. */
export interface Control {
  take(input: Pick<SourceInput, 'snapshot' | 'refused'>): void;
  healthChanged(): void;
  /** The engine tried again by itself to open what it could not; these are what is left. */
  engineFindings(findings: readonly ProxyFinding[]): void;
  /** What the process found out while running, such as a shortage of file descriptors. */
  runtimeFindings(findings: readonly ProxyFinding[]): void;
  /** Publishes no more. */
  stop(): void;
  readonly state: ControlState;
}

export interface ControlState {
  /** The newest good input. */
  readonly snapshot: Snapshot | undefined;
  /** Revision and table that every acceptor serves. */
  readonly served: { readonly revision: string; readonly table: Table } | undefined;
  /** All that is wrong: of input that was refused, of the snapshot, of the engine. */
  readonly findings: readonly ProxyFinding[];
  /** Listeners of the served table that the engine could not open. */
  readonly closedListeners: readonly ProxyFinding[];
}

const RETRY_MS = 1_000;
/** A change of health waits this long for others: each table is as much work as there are endpoints. */
const COALESCE_MS = 5;
/** And at least this long after the one before, so that a burst of changes makes few tables, however long it lasts. */
const BETWEEN_MS = 100;

/** Starts with nothing to serve. */
export const createControl = (options: ControlOptions): Control => {
  let snapshot: Snapshot | undefined;
  let served: { revision: string; written: Written; table: Table; text: string } | undefined;
  let refused: readonly ProxyFinding[] = [];
  let fromEngine: readonly ProxyFinding[] = [];
  let fromBackends: readonly ProxyFinding[] = [];
  let fromRuntime: readonly ProxyFinding[] = [];
  let known = new Map<string, ProxyFinding>();
  let changed = false;
  let publishing = false;
  let healthWaits = false;
  let healthSeenAt = Number.NEGATIVE_INFINITY;
  let stopped = false;

  const ofEngine = () => indexedFindings(fromEngine, served?.written);
  const findings = (): ProxyFinding[] => [
    ...refused,
    ...(snapshot?.findings ?? []),
    ...fromBackends,
    ...ofEngine(),
    ...indexedFindings(fromRuntime, served?.written),
  ];

  const tellFindings = (): void => {
    const now = new Map(findings().map((finding) => [JSON.stringify(finding), finding]));
    const appeared = [...now].filter(([key]) => !known.has(key)).map(([, finding]) => finding);
    const gone = [...known].filter(([key]) => !now.has(key)).map(([, finding]) => finding);
    known = now;
    if (appeared.length + gone.length > 0) options.onFindings(appeared, gone);
  };

  const changeSeen = (): void => {
    changed = true;
    if (!publishing) void publishAll();
  };

  const publishAll = async (): Promise<void> => {
    publishing = true;
    while (changed && snapshot !== undefined && !stopped) {
      changed = false;
      const { revision, configuration } = snapshot;
      const { written } = configuration;
      const table = compileTable(snapshot, options.view);
      const text = JSON.stringify(table);
      fromBackends = backendFindings(configuration, table);
      if (text === served?.text) {
        served = { revision, written, table, text };
        tellFindings();
        continue;
      }
      try {
        const start = options.now();
        fromEngine = await options.engine.publish(table);
        served = { revision, written, table, text };
        options.onPublished?.({ table, revision, tookMs: options.now() - start });
        tellFindings();
      } catch (error) {
        options.onFailed(error, RETRY_MS);
        options.after(RETRY_MS, changeSeen);
        break;
      }
    }
    publishing = false;
  };

  return {
    take(input) {
      snapshot = input.snapshot;
      refused = input.refused;
      tellFindings();
      changeSeen();
    },
    healthChanged() {
      if (healthWaits) return;
      healthWaits = true;
      const untilNext = healthSeenAt + BETWEEN_MS - options.now();
      options.after(Math.max(COALESCE_MS, untilNext), () => {
        healthWaits = false;
        healthSeenAt = options.now();
        changeSeen();
      });
    },
    engineFindings(next) {
      fromEngine = next;
      tellFindings();
    },
    runtimeFindings(next) {
      fromRuntime = next;
      tellFindings();
    },
    stop() {
      stopped = true;
    },
    get state() {
      return {
        snapshot,
        served,
        findings: findings(),
        closedListeners: ofEngine().filter(({ path }) => path.startsWith('spec.listeners[')),
      };
    },
  };
};
