/** The requested tuning of the process, its pod and the kernel, with the profile applied. */
export interface ProcessTuning {
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug';
  /** Number of acceptor threads, if it is set. */
  readonly acceptors?: number;
  /** Omitted for as many as the hard limit permits. */
  readonly fileDescriptors?: number;
  readonly sysctls: readonly { readonly name: string; readonly value: string }[];
  /** What a pod gets from the cluster; irrelevant without one. Omitted by a source that does not know it. */
  readonly pod?: {
    /** The number that is set, otherwise the one that follows from the CPU limit. */
    readonly acceptors: number;
    /** CPU limit in cores. */
    readonly cpus: number;
  };
}
