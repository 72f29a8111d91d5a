import type { ProxyFinding } from '../../report/finding.ts';
import type { ShareAmounts } from '../configuration/listener-share.ts';
import type { Table } from '../table/table.ts';
import type { Flow, Forecast } from './forecast.ts';
import type { ConnectionQuery, OpenConnections } from './open-connections.ts';
import type { EngineStats } from './stats.ts';

/** A data plane: takes whole tables and serves them. */
export interface Engine {
  /**
   * Serves `table` from now on. Listeners that cannot be opened (port taken, no right to bind) are left out,
   * come back as findings and are tried again by the engine; the rest is served. Resolves once the table is
   * in effect everywhere.
   */
  publish(table: Table): Promise<readonly ProxyFinding[]>;
  /** Reads the counters; never delays traffic. */
  stats(): EngineStats;
  /**
   * What would become of a client that connected now, by the code and the table that decide it; changes
   * nothing. Undefined if there is no such listener, or it could not be opened.
   */
  forecast(flow: Flow): Promise<Forecast | undefined>;
  /**
   * Lists open connections, without delaying traffic. They begin and end meanwhile: each is as it was at some
   * moment of the call. Undefined if too many ask at once.
   */
  connections(query: ConnectionQuery): Promise<OpenConnections | undefined>;
  /** Connections that are open now; cheap enough to be called many times a second. */
  openConnections(): number;
  /**
   * The acceptors' part of the figures, whose cost does not depend on the number of endpoints; empty for an
   * engine without acceptors.
   */
  acceptors(): EngineStats['acceptors'];
  /**
   * The endpoints to which at least that many attempts in a row failed; cheap enough to be called many times
   * a second.
   */
  failing(atLeast: number): readonly FailingEndpoint[];
  /** Resets the count of failed attempts of an endpoint; an unknown endpoint is ignored. */
  forgetFailures(backend: string, endpoint: string): void;
  /**
   * Sets how much listeners may use of limits that are shared out, by name; a listener without a share may
   * use nothing. In effect everywhere when it returns: a connection that was admitted before is in `stats`
   * from then on.
   */
  setShares(shares: ShareAmounts): void;
  /**
   * Uses these keys for session tickets of TLS, 80 bytes each, the first one for new tickets: other
   * replicas have the same. Without them (undefined, and at first) the keys are random.
   */
  setTicketKeys(keys: Uint8Array | undefined): void;
  /**
   * Stops accepting, after the connections that the kernel has queued were accepted; open connections go on.
   */
  stopAccepting(): Promise<void>;
  /** Begins to close idle connections gradually, so that hardly any is left after `ms`. */
  drainWithin(ms: number): void;
  /** Resolves when no connection is open, or when `signal` aborts. */
  drained(signal: AbortSignal): Promise<void>;
  /**
   * Closes every connection and ends the engine; calling it again has no effect. Tables that are published
   * later are ignored.
   */
  close(): Promise<void>;
}

/** An endpoint to which attempts to connect fail. */
export interface FailingEndpoint {
  readonly backend: string;
  /** As `endpointKey` writes it. */
  readonly endpoint: string;
  /** Attempts that failed since the last one that succeeded. */
  readonly inARow: number;
}
