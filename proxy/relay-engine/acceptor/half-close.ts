import type { Acceptor } from './context.ts';

/**
 * Call when one side has ended its stream: from now on the half-closed timeout of the listener applies,
 * unless the idle timeout is shorter.
 */
export const startHalfClosedTimeout = ({ connections, timers, now }: Acceptor, connection: number): void => {
  const { idleTicks, halfClosedTicks, lastActive } = connections;
  const ticks = halfClosedTicks[connection] as number;
  if (ticks > (idleTicks[connection] as number)) return;
  idleTicks[connection] = ticks;
  lastActive[connection] = now;
  timers.set(connection, now + ticks);
};
