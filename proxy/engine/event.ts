import type { ProxyFinding } from '../../report/finding.ts';
import type { AcceptErrno } from './accept-errno.ts';

/** What happens to an acceptor, one of the threads that relay; an engine without acceptors reports none of these. */
export type AcceptorEvent =
  | { readonly type: 'AcceptorDied'; readonly acceptor: number; readonly error: Error }
  /** It lives but its loop stands still; it is ended by force and replaced like one that died. */
  | { readonly type: 'AcceptorStalled'; readonly acceptor: number }
  /** Its successor serves; what it left was cleaned up. */
  | {
      readonly type: 'AcceptorReplaced';
      readonly acceptor: number;
      readonly closedDescriptors: number;
      readonly endedConnections: number;
    }
  /** Descriptors or memory ran out; the kernel keeps new clients queued meanwhile. `errno` is what the kernel said. */
  | {
      readonly type: 'AcceptPaused';
      readonly acceptor: number;
      readonly errno: number;
      readonly cause: AcceptErrno;
    }
  | { readonly type: 'AcceptResumed'; readonly acceptor: number };

/** What happens in the data plane beside traffic. */
export type EngineEvent =
  | AcceptorEvent
  /** What a retry of the listeners that could not be opened came to. */
  | { readonly type: 'Findings'; readonly findings: readonly ProxyFinding[] }
  /** What the engine does of its own accord failed, such as another try of its table. What was served is, and it will be done again. */
  | { readonly type: 'UpkeepFailed'; readonly error: Error };
