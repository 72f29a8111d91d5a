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

/** Tracks which acceptors are dead, and logs each change. */
export interface AcceptorWatch {
  readonly dead: ReadonlySet<number>;
  onEvent(event: AcceptorEvent): void;
}

/** Creates a watch that assumes that every acceptor is alive. */
export const watchAcceptors = ({ log, onDeath, onPause }: AcceptorWatchOptions): AcceptorWatch => {
  const dead = new Set<number>();
  return {
    dead,
    onEvent(event) {
      const { acceptor } = event;
      switch (event.type) {
        case 'AcceptorDied':
          dead.add(acceptor);
          onDeath();
          log.error({ code: 'AcceptorDied', acceptor, error: event.error }, 'acceptor died');
          return;
        case 'AcceptorStalled':
          log.error({ code: 'AcceptorStalled', acceptor }, 'acceptor is stalled and will be replaced');
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
          log.warn({ acceptor, errno: event.errno, ...SHORTAGES[event.cause] }, 'acceptor paused accepting');
          return;
        case 'AcceptResumed':
          log.info({ acceptor }, 'acceptor resumed accepting');
          return;
        default:
          event satisfies never;
      }
    },
  };
};
