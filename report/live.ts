import type { EndpointStatus, StatusSummary } from './status.ts';

/**
 * What the status page is given, by server-sent events. The page and what serves it are of one version, so
 * this is no contract between versions: the page reloads itself when the version changes.
 */

/** Figures of a whole proxy, as of the last seconds. Rates are per second. */
export interface LiveTotals {
  readonly open: number;
  readonly connections: number;
  /** Connections that ended with an error. */
  readonly errors: number;
  /** Bytes from clients to endpoints. */
  readonly received: number;
  readonly sent: number;
  /** Durations of successful attempts to connect to endpoints; null if there were none. */
  readonly connectP50Ms: number | null;
  readonly connectP99Ms: number | null;
}

/** A series has an entry for each sample, the newest last; null before the first. */
export type Series = readonly (number | null)[];

/** The series of a listener (new connections per second) or a backend (open ones), and bytes per second. */
export interface LiveSeries {
  readonly connections: Series;
  readonly bytes: Series;
}

/** The last minutes; sent once, to each page that begins to look. */
export interface LiveHistory {
  readonly totals: { readonly [K in keyof LiveTotals]: Series };
  readonly listeners: Readonly<Record<string, LiveSeries>>;
  readonly backends: Readonly<Record<string, LiveSeries>>;
}

export interface LiveListener {
  readonly name: string;
  readonly connections: number;
  readonly received: number;
  readonly sent: number;
  /** Connections per second that end with an error. */
  readonly errors: number;
}

export interface LiveBackend {
  readonly name: string;
  readonly open: number;
  /** Successful attempts to connect to its endpoints. */
  readonly connections: number;
  readonly received: number;
  readonly sent: number;
  readonly retries: number;
  readonly queued: number;
  /** Of about the last minute; null if no attempt succeeded. */
  readonly connectP50Ms: number | null;
  readonly connectP99Ms: number | null;
  /** Failed attempts to connect by cause, as far as there were any. */
  readonly failures: readonly LiveCount[];
}

/** Something that is counted by its name: the total since the start, and how many per second now. */
export interface LiveCount {
  readonly name: string;
  readonly total: number;
  readonly rate: number;
}

/** A reason for which connections ended. */
export interface LiveClose extends LiveCount {
  readonly meaning: string;
  readonly isError: boolean;
}

export interface LiveAcceptor {
  readonly index: number;
  readonly connections: number;
  readonly handedOver: number;
  /** Why it accepts nobody now. */
  readonly pausedBy?: string;
}

/** An endpoint with the rates that the proxy measures while somebody looks. */
export interface LiveEndpoint extends EndpointStatus {
  readonly backend: string;
  /** New connections per second. */
  readonly rate: number;
  /** Bytes per second, in both directions. */
  readonly bytes: number;
}

/** Some of the endpoints that a question is about, and how many there are. */
export interface LiveEndpoints {
  readonly total: number;
  readonly endpoints: readonly LiveEndpoint[];
}

/** One proxy at one moment. */
export interface LiveReport {
  /** Name of the host or the pod. */
  readonly proxy: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Time between two reports, and between two samples of a series. */
  readonly everyMs: number;
  readonly summary: StatusSummary;
  readonly totals: LiveTotals;
  readonly listeners: readonly LiveListener[];
  readonly backends: readonly LiveBackend[];
  readonly acceptors: readonly LiveAcceptor[];
  readonly closes: readonly LiveClose[];
  /** The endpoints with the most traffic, for the picture. */
  readonly busiest: readonly Pick<LiveEndpoint, 'backend' | 'address' | 'port' | 'rate' | 'bytes' | 'open'>[];
  /** Endpoints that are unhealthy or ejected; some of them, if there are many. */
  readonly out: LiveEndpoints;
}
