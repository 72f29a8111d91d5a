// JavaScript, like all that runs first: it is read without the types being erased, which takes Node longer
// than its own start.

/**
 * What each signal that can be caught means to both programs. The others are left as Node has them: faults of
 * the program itself (SEGV, ABRT, …), a terminal's job control (TSTP, CONT, …), and PIPE and XFSZ, which Node
 * ignores, so that a write fails instead.
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
 * @type {NodeJS.Signals[]} Signals that came before anybody could act on them; each once, but for those that
 * ask for a stop.
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
 * From here on no signal kills the program or opens a debugger; those that come are kept. Also when called
 * again.
 */
export const holdSignals = () => {
  for (const name of names) if (!process.listeners(name).includes(onSignal)) process.on(name, onSignal);
};

/**
 * Gives `next` the signals that were kept, and each that comes.
 *
 * @param {SignalReceiver} next
 */
export const receiveSignals = (next) => {
  receiver = next;
  for (const signal of held.splice(0)) onSignal(signal);
};

/**
 * For a command that is done in a moment: what stops or reloads a program ends it, as if nothing had been
 * kept. The rest stays ignored.
 */
export const releaseSignals = () => {
  const kept = held.splice(0);
  for (const name of names) if (SIGNAL_USES[name] !== 'Ignore') process.off(name, onSignal);
  receiveSignals(() => {});
  for (const signal of kept) if (SIGNAL_USES[signal] !== 'Ignore') process.kill(process.pid, signal);
};
