import type { ChildProcess, SpawnOptions } from 'node:child_process';

/** A cluster for end-to-end tests, which work alike on kind and on our own. */
export interface Cluster {
  readonly name: string;
  /** Path of a kubeconfig with all rights, valid on this machine. */
  readonly kubeconfig: string;
  /** The two nodes that run pods, each labelled `l4balancer.test/sysctls`. */
  readonly nodes: readonly ClusterNode[];
  /** Runs kubectl with all rights. Throws ChildError with its output if it fails. */
  kubectl(
    args: readonly string[],
    options?: { readonly input?: string },
  ): Promise<{ readonly stdout: string }>;
  /**
   * Loads an image onto every node: a docker or OCI archive (a path ending in `.tar`), or a name known to the
   * builder.
   */
  loadImage(image: string): Promise<void>;
  /**
   * Starts a program in the clients' network: outside the nodes, with routes to Services and pods. This
   * machine's files are visible under the same paths (with kind: those of the checkout). The caller owns the
   * process.
   */
  runInClient(argv: readonly string[], options?: SpawnOptions): ChildProcess;
  /** Kills the API server, as a crash would; once this resolves, it no longer responds. */
  stopApiServer(): Promise<void>;
  /** Restarts the API server; resolves once it responds again. */
  startApiServer(): Promise<void>;
  /** Removes the cluster if this handle created it; one that was already running stays. */
  close(): Promise<void>;
}

export interface ClusterNode {
  readonly name: string;
  /** Whether its kubelet allows net.core.somaxconn and net.ipv4.tcp_tw_reuse in pod specs. */
  readonly sysctls: 'strict' | 'allowed';
  /** Its address in the network that it shares with clients. */
  readonly address: string;
}

export interface ClusterOptions {
  /** Receives a description of the current step. */
  readonly progress?: (text: string) => void;
  /** Aborts a start in progress. */
  readonly signal?: AbortSignal;
}

/** One kind of cluster: how it is created, found again and removed. */
export interface ClusterProvider {
  readonly kind: 'kind' | 'own';
  /** Creates the cluster, or finds the healthy one of that name; `made` is true if it was created. */
  up(name: string, options: ClusterOptions): Promise<{ readonly cluster: Cluster; readonly made: boolean }>;
  /** Removes all of it, whether complete, partial or absent. */
  down(name: string): Promise<void>;
  /** One line for each part: its name and whether it is healthy. */
  status(name: string): Promise<readonly string[]>;
}

export const SYSCTLS_LABEL = 'l4balancer.test/sysctls';
export const ALLOWED_SYSCTLS = ['net.core.somaxconn', 'net.ipv4.tcp_tw_reuse'] as const;
