import koffi from 'koffi';
import { POINTER } from './ssl-context.ts';

const FATAL = 2;

type SendAlert = (connection: number, level: number, description: number) => number;

/**
 * OpenSSL sends alerts for what it finds by itself, and offers no call to send one for what its caller finds.
 * Node's build exports the function that it uses; another build may not.
 */
const load = (): SendAlert | undefined => {
  try {
    return koffi.load(null).func('ssl3_send_alert', 'int', [POINTER, 'int', 'int']);
  } catch {
    return undefined; // clients get no alert then
  }
};

/** What sends a fatal alert on a connection whose handshake is complete; false if it could not. */
export const fatalAlerts = (): ((connection: number, description: number) => boolean) => {
  const send = load();
  return (connection, description) => send !== undefined && send(connection, FATAL, description) > 0;
};
