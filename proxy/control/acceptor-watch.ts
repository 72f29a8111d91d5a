import type { AcceptErrno } from '../engine/accept-errno.ts';
import type { AcceptorEvent } from '../engine/event.ts';
import { SHORTAGES } from './shortage-texts.ts';

export interface AcceptorWatchOptions {
  readonly log: {
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
    info(fields: object, message: string): void;
  };
  readonly onDeath: () => void;
  readonly onPause: (errno: AcceptErrno) => void;
}

/** Which acceptors are dead, and a log line for each change. */
export interface AcceptorWatch {
  readonly dead: ReadonlySet<number>;
  take(event: AcceptorEvent): void;
}

/** Starts with every acceptor alive. */
export const watchAcceptors = ({ log, onDeath, onPause }: AcceptorWatchOptions): AcceptorWatch => {
  const dead = new Set<number>();
  return {
    dead,
    take(event) {
      const { acceptor } = event;
      switch (event.type) {
        case 'AcceptorDied':
          dead.add(acceptor);
          onDeath();
          log.error({ code: 'AcceptorDied', acceptor, error: event.error }, 'acceptor died');
          return;
        case 'AcceptorStalled':
          log.error({ code: 'AcceptorStalled', acceptor }, 'acceptor stands still: it is ended and replaced');
          return;
        case 'AcceptorReplaced':
          dead.delete(acceptor);
          log.warn(
            {
              acceptor,
              closedDescriptors: event.closedDescriptors,
              endedConnections: event.endedConnections,
            },
            'acceptor replaced',
          );
          return;
        case 'AcceptPaused':
          onPause(event.cause);
          log.warn(
            { acceptor, errno: event.errno, ...SHORTAGES[event.cause] },
            'acceptor takes no clients for now',
          );
          return;
        case 'AcceptResumed':
          log.info({ acceptor }, 'acceptor takes clients again');
          return;
        default:
          event satisfies never;
      }
    },
  };
};
