/** What the process, its pod and the kernel are asked to be, after a profile was applied. */
export interface ProcessTuning {
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug';
  /** Acceptor threads, where a number is given. */
  readonly acceptors?: number;
  /** Left out for as many as the hard limit allows. */
  readonly fileDescriptors?: number;
  readonly sysctls: readonly { readonly name: string; readonly value: string }[];
  /** What a pod gets of the cluster; meaningless without one. */
  readonly pod: {
    /** The number that is given, else that which follows from the CPU limit. */
    readonly acceptors: number;
    /** CPU limit in cores. */
    readonly cpus: number;
  };
}
