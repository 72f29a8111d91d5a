/** One address that new connections may go to. */
export interface Target {
  /** IPv4 or IPv6 address, without brackets. */
  readonly address: string;
  readonly port: number;
  /** 0 to 256; 0 takes no new connections. */
  readonly weight: number;
  /** Takes connections only while no other can. */
  readonly backup: boolean;
}
