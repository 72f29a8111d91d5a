/*
 * The kernel hands back a 32-bit token with each event. Its range says what the event is about:
 *
 *   0 and above                               one side of a connection; the token is its side index
 *   CONTROL_TOKEN                             the eventfd: the control thread or another acceptor called
 *   FIRST_ to LAST_LISTENER_TOKEN, downwards  a listener, by its index in the table
 *
 * A session has the token of the endpoint's side. There are never more listeners than slots for them, so
 * another kind of descriptor can have a range of its own below LAST_LISTENER_TOKEN.
 */
import { SLOTS } from './shared-memory.ts';

export const CONTROL_TOKEN = -1;
const FIRST_LISTENER_TOKEN = -2;
const LAST_LISTENER_TOKEN = FIRST_LISTENER_TOKEN - SLOTS.listeners + 1;

export const isSideToken = (token: number): boolean => token >= 0;
export const isListenerToken = (token: number): boolean =>
  token <= FIRST_LISTENER_TOKEN && token >= LAST_LISTENER_TOKEN;

/** The token of one side of a connection, given its side index; the same the other way round. */
export const sideToken = (sideIndex: number): number => sideIndex;
/** The token of the listener at `index` of the table. */
export const listenerToken = (index: number): number => FIRST_LISTENER_TOKEN - index;
/** The index in the table of the listener that a token stands for. */
export const listenerIndexOf = (token: number): number => FIRST_LISTENER_TOKEN - token;
