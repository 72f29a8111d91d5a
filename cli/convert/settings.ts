/** What the arguments say about a conversion. */
export interface Settings {
  /** Name of the balancers; by default that of the format. */
  readonly name: string | undefined;
  /** Namespace of balancers whose source names none. */
  readonly namespace: string | undefined;
  /** Ports of Traefik's entry points by name. */
  readonly entryPoints: ReadonlyMap<string, EntryPoint>;
}

export interface EntryPoint {
  readonly port: number;
}
