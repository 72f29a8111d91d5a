/** How connections of a listener's clients are treated; handed on whole, from the configuration to the acceptors. */
export interface ListenerPolicy {
  /** Milliseconds without a byte either way after which a connection is closed. */
  readonly idleMs: number;
  /** How long it may be silent once one side has ended. */
  readonly halfClosedMs: number;
  /** Left out where all of it is as the kernel has it. */
  readonly keepalive?: Keepalive;
}

/** When the kernel asks a silent peer whether it is still there; 0 where its own setting (net.ipv4.tcp_keepalive_*) counts. */
export interface Keepalive {
  readonly timeSeconds: number;
  readonly intervalSeconds: number;
  readonly probes: number;
}
