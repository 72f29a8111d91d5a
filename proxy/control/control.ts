import type { ProxyFinding } from '../../report/finding.ts';
import { amountsOf, type ListenerShares, NO_SHARES } from '../configuration/listener-share.ts';
import type { Snapshot } from '../configuration/snapshot.ts';
import type { WrittenPaths } from '../configuration/written-paths.ts';
import type { Engine } from '../engine/engine.ts';
import type { SourceInput } from '../source/source.ts';
import { compileTable } from '../table/compile.ts';
import type { EndpointView } from '../table/endpoint-view.ts';
import type { Table } from '../table/table.ts';
import { backendFindings } from './backend-findings.ts';
import { indexedFindings } from './indexed-findings.ts';

export interface ControlOptions {
  readonly engine: Pick<Engine, 'publish' | 'setShares' | 'setTicketKeys'>;
  readonly view: EndpointView;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Calls `run` once after `ms` milliseconds. */
  readonly after: (ms: number, run: () => void) => unknown;
  readonly onPublished?: (published: Published) => void;
  /** Publishing a table failed; it is retried after `retryInMs`. */
  readonly onFailed: (error: unknown, retryInMs: number) => void;
  /** Called when the findings have changed. */
  readonly onFindings: (appeared: readonly ProxyFinding[], gone: readonly ProxyFinding[]) => void;
}

export interface Published {
  readonly table: Table;
  readonly revision: string;
  /** Time from the call of publish until every acceptor served the table. */
  readonly tookMs: number;
}

/**
 * Compiles tables from the state of the source and the health checks and passes them to the engine, one at a
 * time and always the newest.
 */
export interface Control {
  applyInput(input: Pick<SourceInput, 'snapshot' | 'shares' | 'ticketKeys' | 'refused'>): void;
  onHealthChange(): void;
  /** The remaining findings of the engine after it has retried what it could not open. */
  setEngineFindings(findings: readonly ProxyFinding[]): void;
  /** Problems that the process detected while running, such as a shortage of file descriptors. */
  setRuntimeFindings(findings: readonly ProxyFinding[]): void;
  /** Stops publishing. */
  stop(): void;
  readonly state: ControlState;
}

export interface ControlState {
  /** The newest valid input. */
  readonly snapshot: Snapshot | undefined;
  /** The shares of limits that are in force. */
  readonly shares: ListenerShares;
  /** The revision and table that every acceptor serves. */
  readonly served: { readonly revision: string; readonly table: Table } | undefined;
  /** All findings: of rejected input, of the snapshot, of the backends, of the engine and of the process. */
  readonly findings: readonly ProxyFinding[];
  /** Findings about listeners of the served table that the engine could not open. */
  readonly closedListeners: readonly ProxyFinding[];
}

const RETRY_MS = 1_000;
/**
 * How long a health change waits so that others can be coalesced with it: compiling a table takes time in
 * proportion to the number of endpoints.
 */
const COALESCE_MS = 5;
/**
 * The minimum time between tables for health changes, so that a burst of changes makes few tables, however
 * long it lasts.
 */
const MIN_INTERVAL_MS = 100;

/** Equal for equal tables. An address set is identified by its digest, so its arrays are omitted. */
const textOf = (table: Table): string =>
  JSON.stringify(table, (_, value: unknown) => (ArrayBuffer.isView(value) ? undefined : value));

/** Creates a control that has nothing to serve yet. */
export const createControl = (options: ControlOptions): Control => {
  let snapshot: Snapshot | undefined;
  let shares: ListenerShares = NO_SHARES;
  let served: { revision: string; written: WrittenPaths; table: Table; text: string } | undefined;
  let refused: readonly ProxyFinding[] = [];
  let fromEngine: readonly ProxyFinding[] = [];
  let fromBackends: readonly ProxyFinding[] = [];
  let fromRuntime: readonly ProxyFinding[] = [];
  let known = new Map<string, ProxyFinding>();
  let pending = false;
  let publishing = false;
  let healthPending = false;
  let healthPublishedAt = Number.NEGATIVE_INFINITY;
  let stopped = false;

  const ofEngine = () => indexedFindings(fromEngine, served?.written);
  // Selected by the paths of the engine: those of the source may look different.
  const aboutListeners = () => fromEngine.filter(({ path }) => path.startsWith('spec.listeners['));
  const findings = (): ProxyFinding[] => [
    ...refused,
    ...(snapshot?.findings ?? []),
    ...fromBackends,
    ...ofEngine(),
    ...indexedFindings(fromRuntime, served?.written),
  ];

  const reportFindings = (): void => {
    const now = new Map(findings().map((finding) => [JSON.stringify(finding), finding]));
    const appeared = [...now].filter(([key]) => !known.has(key)).map(([, finding]) => finding);
    const gone = [...known].filter(([key]) => !now.has(key)).map(([, finding]) => finding);
    known = now;
    if (appeared.length + gone.length > 0) options.onFindings(appeared, gone);
  };

  const requestPublish = (): void => {
    pending = true;
    if (!publishing) void publishPending();
  };

  const publishPending = async (): Promise<void> => {
    publishing = true;
    while (pending && snapshot !== undefined && !stopped) {
      pending = false;
      const { revision, configuration } = snapshot;
      const { written } = configuration;
      const table = compileTable(snapshot, options.view);
      const text = textOf(table);
      fromBackends = backendFindings(configuration, table);
      if (text === served?.text) {
        served = { revision, written, table, text };
        reportFindings();
        continue;
      }
      try {
        const start = options.now();
        fromEngine = await options.engine.publish(table);
        served = { revision, written, table, text };
        options.onPublished?.({ table, revision, tookMs: options.now() - start });
        reportFindings();
      } catch (error) {
        options.onFailed(error, RETRY_MS);
        options.after(RETRY_MS, requestPublish);
        break;
      }
    }
    publishing = false;
  };

  return {
    applyInput(input) {
      snapshot = input.snapshot;
      options.engine.setShares(amountsOf(input.shares));
      options.engine.setTicketKeys(input.ticketKeys);
      shares = input.shares;
      refused = input.refused;
      reportFindings();
      requestPublish();
    },
    onHealthChange() {
      if (healthPending) return;
      healthPending = true;
      const untilNext = healthPublishedAt + MIN_INTERVAL_MS - options.now();
      options.after(Math.max(COALESCE_MS, untilNext), () => {
        healthPending = false;
        healthPublishedAt = options.now();
        requestPublish();
      });
    },
    setEngineFindings(next) {
      fromEngine = next;
      reportFindings();
    },
    setRuntimeFindings(next) {
      fromRuntime = next;
      reportFindings();
    },
    stop() {
      stopped = true;
    },
    get state() {
      return {
        snapshot,
        shares,
        served,
        findings: findings(),
        closedListeners: indexedFindings(aboutListeners(), served?.written),
      };
    },
  };
};
