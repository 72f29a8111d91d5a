import type { Acceptor } from './context.ts';
import { TimerWheel } from './timer-wheel.ts';

/** How long what one side goes on sending is thrown away, so that the other gets what is on its way to it. */
export const LINGER_TICKS = TimerWheel.ticks(5000);

/**
 * Keeps a connection of which one side is broken for a while after the last bytes that anybody took: it gets
 * a short idle timeout.
 */
export const linger = ({ connections, timers, now }: Acceptor, connection: number): void => {
  const ticks = Math.min(connections.idleTicks[connection] as number, LINGER_TICKS);
  connections.idleTicks[connection] = ticks;
  connections.lastActive[connection] = now;
  timers.set(connection, now + ticks);
};
