/** Exit codes that shells report for a program ended by a signal. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * An AbortSignal that aborts at the first Ctrl-C (or SIGTERM, or a closed terminal). Whatever is running then
 * stops its children, and the program exits by itself with the usual exit code. A second Ctrl-C exits at
 * once.
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
