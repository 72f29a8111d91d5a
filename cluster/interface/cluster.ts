import type { ChildProcess, SpawnOptions } from 'node:child_process';

/** A cluster for end-to-end tests. They do not know whether it is kind or our own. */
export interface Cluster {
  readonly name: string;
  /** Path of a kubeconfig with all rights, good from this machine. */
  readonly kubeconfig: string;
  /** The two nodes that run pods, each labelled `l4balancer.test/sysctls`. */
  readonly nodes: readonly ClusterNode[];
  /** Runs kubectl with all rights. Throws ChildError with its words when it fails. */
  kubectl(
    args: readonly string[],
    options?: { readonly input?: string },
  ): Promise<{ readonly stdout: string }>;
  /** Puts an image on every node: a docker or OCI archive (a path ending in `.tar`), or a name the builder knows. */
  loadImage(image: string): Promise<void>;
  /**
   * Starts a program where clients are: outside the nodes, with routes to Services and pods. This machine's files are
   * visible under the same paths (with kind: the checkout's). The caller owns the process.
   */
  runInClient(argv: readonly string[], options?: SpawnOptions): ChildProcess;
  /** As a crash does; nothing answers when it resolves. */
  stopApiServer(): Promise<void>;
  /** Resolves when it answers again. */
  startApiServer(): Promise<void>;
  /** Removes the cluster if this handle made it; one that was found running stays. */
  close(): Promise<void>;
}

export interface ClusterNode {
  readonly name: string;
  /** Whether its kubelet allows net.core.somaxconn and net.ipv4.tcp_tw_reuse in pod specs. */
  readonly sysctls: 'strict' | 'allowed';
  /** Its address in the network that clients share. */
  readonly address: string;
}

export interface ClusterOptions {
  /** Told what is being waited for. */
  readonly progress?: (text: string) => void;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal;
}

/** One kind of cluster: how it is made, found again and removed. */
export interface ClusterProvider {
  readonly kind: 'kind' | 'own';
  /** Makes the cluster or takes the healthy one of that name; `made` says which. */
  up(name: string, options: ClusterOptions): Promise<{ readonly cluster: Cluster; readonly made: boolean }>;
  /** Removes all of it, whole, half-made or not there at all. */
  down(name: string): Promise<void>;
  /** One line for each part: what it is and whether it is well. */
  status(name: string): Promise<readonly string[]>;
}

export const SYSCTLS_LABEL = 'l4balancer.test/sysctls';
export const ALLOWED_SYSCTLS = ['net.core.somaxconn', 'net.ipv4.tcp_tw_reuse'] as const;
