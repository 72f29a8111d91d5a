import type { ProxyFinding } from '../../report/finding.ts';
import type { AcceptErrno } from './accept-errno.ts';

/**
 * What happens to an acceptor, one of the threads that relay; an engine without acceptors reports none of
 * these.
 */
export type AcceptorEvent =
  | { readonly type: 'AcceptorDied'; readonly acceptor: number; readonly error: Error }
  /** It is alive but its loop makes no progress; it is terminated and replaced like one that died. */
  | { readonly type: 'AcceptorStalled'; readonly acceptor: number }
  /** Its replacement serves, and what it left behind was cleaned up. */
  | {
      readonly type: 'AcceptorReplaced';
      readonly acceptor: number;
      readonly closedDescriptors: number;
      readonly endedConnections: number;
    }
  /**
   * Descriptors or memory ran out; meanwhile the kernel keeps new clients queued. `errno` is the kernel's
   * answer.
   */
  | {
      readonly type: 'AcceptPaused';
      readonly acceptor: number;
      readonly errno: number;
      readonly cause: AcceptErrno;
    }
  | { readonly type: 'AcceptResumed'; readonly acceptor: number };

/** What happens in the data plane apart from traffic. */
export type EngineEvent =
  | AcceptorEvent
  /** The findings after a retry of the listeners that could not be opened. */
  | { readonly type: 'Findings'; readonly findings: readonly ProxyFinding[] }
  /**
   * The kernel does not pass on several datagrams at once, which only costs speed; reported once. `errno` is
   * its answer.
   */
  | { readonly type: 'DatagramsNotMerged'; readonly errno: number }
  /** A peer that is not in proxyProtocol.trustedSources was refused; of many, only some are told. */
  | { readonly type: 'PeerUntrusted'; readonly listener: string; readonly peer: string }
  /**
   * Something that the engine does on its own failed, such as a retry. It goes on serving what it served, and
   * tries again.
   */
  | { readonly type: 'UpkeepFailed'; readonly error: Error };
