import { openSync, readSync } from 'node:fs';

/** Column of /proc/net/softnet_stat with the packets that a core has yet to deliver. */
const QUEUED = 11;
/** Each column has eight hexadecimal digits, and a space or the end of the line. */
const COLUMN = 9;
const TRIES = 10_000;
const ZERO = 48;
const NEWLINE = 10;

const nobody = new Int32Array(new SharedArrayBuffer(4));
const stat = openSync('/proc/net/softnet_stat', 'r');
// Filled again and again, since tests count what is allocated.
const text = Buffer.alloc(65_536);

/** Whether a core has packets that it has yet to deliver. */
const hasQueued = (): boolean => {
  const length = readSync(stat, text, 0, text.length, 0);
  for (let at = 0; at < length; at++) {
    if (at > 0 && text[at - 1] !== NEWLINE) continue;
    for (let digit = 0; digit < COLUMN - 1; digit++)
      if (text[at + QUEUED * COLUMN + digit] !== ZERO) return true;
  }
  return false;
};

/**
 * Waits until the kernel has delivered what was sent on this machine. It nearly always has once the call that
 * sends returns; but on a busy machine it leaves packets to a thread of its own, which gets a core later.
 */
export const awaitDelivery = (): void => {
  for (let tries = 0; hasQueued(); tries++) {
    if (tries === TRIES) throw new Error(`the kernel has not delivered packets for ${TRIES} ms`);
    Atomics.wait(nobody, 0, 0, 1);
  }
};
