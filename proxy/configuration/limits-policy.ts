/** Tokens that come back over time, one for each connection. */
export interface Rate {
  readonly perSecond: number;
  /** How many there are at most. */
  readonly burst: number;
}

/** Bytes per second in each direction; 0 for no limit. */
export interface Bandwidth {
  /** From clients. */
  readonly upload: number;
  /** To clients. */
  readonly download: number;
}

/** What a listener and each of its sources may have at most. A number of 0 means no limit. */
export interface LimitsPolicy {
  /** False to count only what would be refused. */
  readonly enforced: boolean;
  /** Open connections of the listener. */
  readonly connections: number;
  /**
   * Whether `connections` and `connectionRate` are for all replicas together: this one has shares of them,
   * which reach the engine by another way (`Engine.setShares`).
   */
  readonly shared: boolean;
  /** Open connections of one source. */
  readonly connectionsPerSource: number;
  /** New connections of the listener; omitted for no limit. */
  readonly connectionRate?: Rate;
  /** The same for one source. */
  readonly connectionRatePerSource?: Rate;
  /** Connections of one source that nothing was relayed of yet. */
  readonly unfinishedPerSource: number;
  /** Of the listener, of each connection, and of each source; omitted for no limit. */
  readonly bandwidth?: Bandwidth;
  readonly bandwidthPerConnection?: Bandwidth;
  readonly bandwidthPerSource?: Bandwidth;
  /** IPv6 clients with the same first bits of their address are one source. */
  readonly sourcePrefixIPv6: number;
  readonly refuseWith: 'Reset' | 'Close';
}
