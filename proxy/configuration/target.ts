/** An address that new connections may go to. */
export interface Target {
  /** IPv4 or IPv6 address, without brackets. */
  readonly address: string;
  readonly port: number;
  /** 0 to 256; with 0 it takes no new connections. */
  readonly weight: number;
  /** Takes connections only while other endpoints cannot. */
  readonly backup: boolean;
  /** The resource says that it is drained: its weight is 0. */
  readonly drained?: boolean;
}
