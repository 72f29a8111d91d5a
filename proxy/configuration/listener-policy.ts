/** How a listener's connections are treated; passed on as a whole from the configuration to the acceptors. */
export interface ListenerPolicy {
  /** Milliseconds without data in either direction after which a connection is closed. */
  readonly idleMs: number;
  /** The same once one side has ended. */
  readonly halfClosedMs: number;
  /** Omitted if all values are the kernel's. */
  readonly keepalive?: Keepalive;
}

/** When the kernel probes a silent peer; 0 where its own setting (net.ipv4.tcp_keepalive_*) applies. */
export interface Keepalive {
  readonly timeSeconds: number;
  readonly intervalSeconds: number;
  readonly probes: number;
}
