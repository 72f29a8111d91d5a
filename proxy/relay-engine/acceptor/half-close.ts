import type { Acceptor } from './context.ts';

/**
 * One side has ended its stream. From now on the other may be silent for as long as the listener allows that,
 * unless the idle timeout is shorter.
 */
export const beHalfClosed = ({ connections, timers, now }: Acceptor, connection: number): void => {
  const { idleTicks, halfClosedTicks, lastActive } = connections;
  const ticks = halfClosedTicks[connection] as number;
  if (ticks > (idleTicks[connection] as number)) return;
  idleTicks[connection] = ticks;
  lastActive[connection] = now;
  timers.set(connection, now + ticks);
};
