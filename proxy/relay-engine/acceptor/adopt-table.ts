import type { Acceptor } from './context.ts';
import { unwatchListeners, watchListeners } from './pause.ts';
import { portsOf, type ServedTable } from './served-table.ts';
import { followListeners, isNowLeaving } from './session-listeners.ts';
import { INTS } from './shared-memory.ts';
import { STATE_HANDLERS, type StateHandlers } from './states.ts';

/** Lets every connection follow the new table, as its state demands. */
const adjustConnections = (acceptor: Acceptor): void => {
  const { connections, table } = acceptor;
  if (connections.tried.size > 0)
    connections.forgetTriedBut(
      new Set(
        [...table.backends.values()].flatMap(({ choice }) => choice.candidates.map(({ slot }) => slot)),
      ),
    );
  connections.failedEndpoint.fill(-1, 0, connections.capacity); // its slot may soon be another endpoint's
  for (let connection = 0; connection < connections.capacity; connection++)
    (STATE_HANDLERS[connections.state[connection] as number] as StateHandlers).onNewTable(
      acceptor,
      connection,
    );
};

/** Serves `table` from now on. What the kernel has queued on a listener that goes is taken first. */
export const adoptTable = (acceptor: Acceptor, table: ServedTable): void => {
  const staying = new Map(table.listeners.map((listener) => [listener.fd, listener]));
  unwatchListeners(acceptor);
  for (const listener of acceptor.table.listeners) {
    const next = staying.get(listener.fd);
    if (next === undefined || isNowLeaving(listener, next)) listener.onLeaving(acceptor, listener);
  }
  acceptor.table = table;
  followListeners(acceptor);
  acceptor.accessLog.follow(table.accessLog);
  acceptor.sourcePorts.avoid(portsOf(table, 'TCP'));
  acceptor.budget.forgetBut(table.backends);
  adjustConnections(acceptor);
  watchListeners(acceptor);
  acceptor.counters.set(INTS.Version, table.version);
  acceptor.notify({ type: 'Adopted', version: table.version });
};
