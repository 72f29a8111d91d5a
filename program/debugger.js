import inspector from 'node:inspector';

/**
 * What can open a debugger without `--inspect` on the command line.
 *
 * @typedef {'NODE_OPTIONS' | 'SIGUSR1'} DebuggerCause
 */

/**
 * How often to check for a debugger opened by a signal: Node acts some time later on one received before
 * `holdSignals`.
 */
const STARTUP_INTERVAL_MS = 20;
const INTERVAL_MS = 1_000;
/** Number of checks at the startup interval. */
const STARTUP_CHECKS = 100;

export const DEBUGGER_ADVICE =
  'Only --inspect on the command line opens a debugger: remove it from NODE_OPTIONS, and do not send SIGUSR1.';

const INSPECT = /^--inspect(-brk|-wait)?(=|$)/;
const isInspect = (/** @type {string} */ flag) => INSPECT.test(flag);

const isRequested = process.execArgv.some(isInspect);
const fromVariable = (process.env.NODE_OPTIONS ?? '').split(/\s+/).some(isInspect);

/** @type {Set<DebuggerCause>} */
const reported = new Set();
/** @type {DebuggerCause[]} */
const causes = [];
/** @type {((cause: DebuggerCause) => void) | undefined} */
let receiver;

/** Reports each cause once: a signal may open the debugger again before it is closed. */
const report = (/** @type {DebuggerCause} */ cause) => {
  if (reported.has(cause)) return;
  reported.add(cause);
  if (receiver === undefined) causes.push(cause);
  else receiver(cause);
};

const closeDebugger = () => {
  if (inspector.url() === undefined) return;
  inspector.close();
  report('SIGUSR1');
};

let begun = false;

/**
 * Closes Node's debugger unless it was requested by `--inspect` on the command line: whoever reaches its port
 * can run code in this program. A variable in the environment of this program, or a signal, is not enough.
 */
export const refuseDebugger = () => {
  if (isRequested || begun) return;
  begun = true;
  if (fromVariable) {
    if (inspector.url() !== undefined) inspector.close();
    report('NODE_OPTIONS');
  }
  closeDebugger();
  setImmediate(closeDebugger);
  let checks = 0;
  const timer = setInterval(() => {
    closeDebugger();
    checks += 1;
    if (checks < STARTUP_CHECKS) return;
    clearInterval(timer);
    setInterval(closeDebugger, INTERVAL_MS).unref();
  }, STARTUP_INTERVAL_MS).unref();
};

/**
 * Calls `next` for each debugger that is refused, including earlier ones.
 *
 * @param {(cause: DebuggerCause) => void} next
 */
export const onDebuggerRefused = (next) => {
  receiver = next;
  for (const cause of causes.splice(0)) next(cause);
};
