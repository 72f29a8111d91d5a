import inspector from 'node:inspector';

/**
 * What can open a debugger without anybody having asked for one on the command line.
 *
 * @typedef {'NODE_OPTIONS' | 'SIGUSR1'} DebuggerCause
 */

/**
 * How often one is looked for that a signal opens: one that Node got before `holdSignals` acts when Node
 * finds the time.
 */
const SOON_MS = 20;
const LATER_MS = 1_000;
/** Looked for often during the start. */
const SOON_LOOKS = 100;

export const DEBUGGER_ADVICE =
  'Only --inspect on the command line opens a debugger: take it out of NODE_OPTIONS, and send no SIGUSR1.';

const INSPECT = /^--inspect(-brk|-wait)?(=|$)/;
const isInspect = (/** @type {string} */ flag) => INSPECT.test(flag);

const meant = process.execArgv.some(isInspect);
const fromVariable = (process.env.NODE_OPTIONS ?? '').split(/\s+/).some(isInspect);

/** @type {Set<DebuggerCause>} */
const told = new Set();
/** @type {DebuggerCause[]} */
const causes = [];
/** @type {((cause: DebuggerCause) => void) | undefined} */
let receiver;

/** Each cause once: a signal may have opened it again before it is closed. */
const tell = (/** @type {DebuggerCause} */ cause) => {
  if (told.has(cause)) return;
  told.add(cause);
  if (receiver === undefined) causes.push(cause);
  else receiver(cause);
};

const closeDebugger = () => {
  if (inspector.url() === undefined) return;
  inspector.close();
  tell('SIGUSR1');
};

let begun = false;

/**
 * Closes Node's debugger where nobody meant it: whoever reaches its port runs code in this program. Who means
 * it says `--inspect` on the command line; a variable that reached this program's environment, or a signal,
 * is not enough.
 */
export const refuseDebugger = () => {
  if (meant || begun) return;
  begun = true;
  if (fromVariable) {
    if (inspector.url() !== undefined) inspector.close();
    tell('NODE_OPTIONS');
  }
  closeDebugger();
  setImmediate(closeDebugger);
  let looks = 0;
  const soon = setInterval(() => {
    closeDebugger();
    looks += 1;
    if (looks < SOON_LOOKS) return;
    clearInterval(soon);
    setInterval(closeDebugger, LATER_MS).unref();
  }, SOON_MS).unref();
};

/**
 * Tells `next` of each debugger that was refused, those before included.
 *
 * @param {(cause: DebuggerCause) => void} next
 */
export const onDebuggerRefused = (next) => {
  receiver = next;
  for (const cause of causes.splice(0)) next(cause);
};
