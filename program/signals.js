// JavaScript, like everything that runs first: initialising the erasure of types takes Node longer than its
// own startup.

/**
 * What each signal that can be caught means to both programs. Others are left to Node: faults of the program
 * itself (SEGV, ABRT, …), job control of a terminal (TSTP, CONT, …), and PIPE and XFSZ, which Node ignores,
 * so that a write fails instead.
 *
 * @typedef {'Stop' | 'Reload' | 'Ignore'} SignalUse @type {Readonly<Record<string, SignalUse>>}
 */
export const SIGNAL_USES = {
  SIGTERM: 'Stop',
  SIGINT: 'Stop',
  SIGQUIT: 'Stop',
  SIGPWR: 'Stop', // how LXC stops a container
  SIGHUP: 'Reload',
  SIGUSR1: 'Ignore', // would open Node's debugger
  SIGUSR2: 'Ignore',
  SIGALRM: 'Ignore',
  SIGVTALRM: 'Ignore',
  SIGPROF: 'Ignore',
  SIGIO: 'Ignore',
  SIGSTKFLT: 'Ignore',
  SIGXCPU: 'Ignore',
};

/** @typedef {(signal: NodeJS.Signals, use: SignalUse) => void} SignalReceiver */

/**
 * @type {NodeJS.Signals[]} Signals received before there is a receiver; each once, except for requests to
 * stop.
 */
const held = [];
/** @type {SignalReceiver | undefined} */
let receiver;

/** @param {NodeJS.Signals} signal */
const onSignal = (signal) => {
  const use = SIGNAL_USES[signal] ?? 'Ignore';
  if (receiver !== undefined) receiver(signal, use);
  else if (use === 'Stop' || !held.includes(signal)) held.push(signal);
};

const names = /** @type {NodeJS.Signals[]} */ (Object.keys(SIGNAL_USES));

/**
 * From now on no signal kills the program or opens a debugger; signals are kept. May be called again.
 */
export const holdSignals = () => {
  for (const name of names) if (!process.listeners(name).includes(onSignal)) process.on(name, onSignal);
};

/**
 * Calls `next` with the kept signals, and with each later one.
 *
 * @param {SignalReceiver} next
 */
export const receiveSignals = (next) => {
  receiver = next;
  for (const signal of held.splice(0)) onSignal(signal);
};

/**
 * For a short-lived command: signals that stop or reload a program end it, including those kept so far. The
 * rest stays ignored.
 */
export const releaseSignals = () => {
  const kept = held.splice(0);
  for (const name of names) if (SIGNAL_USES[name] !== 'Ignore') process.off(name, onSignal);
  receiveSignals(() => {});
  for (const signal of kept) if (SIGNAL_USES[signal] !== 'Ignore') process.kill(process.pid, signal);
};
