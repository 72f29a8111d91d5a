/** Exit codes of a program ended by a signal, as shells report them. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * A signal that aborts at the first Ctrl-C (or SIGTERM, or a closed terminal); what is under way then ends its children
 * and the program ends by itself with the usual exit code. A second Ctrl-C ends it at once.
 */
export const abortOnSignals = (): AbortSignal => {
  const controller = new AbortController();
  for (const [name, code] of Object.entries(EXIT_CODES))
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(code);
      process.exitCode = code;
      controller.abort(new Error('stopped'));
    });
  return controller.signal;
};
