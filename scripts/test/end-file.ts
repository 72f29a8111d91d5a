import { after } from 'node:test';

/** How long a file may take to clean up after its last test before its process is stopped. */
const WITHIN_MS = 60_000;

// Loaded before each test file, and by the runner itself, which has no tests. A failed test that leaves a
// program or a server behind would otherwise keep its file running for ever. (--test-force-exit exits at
// once, and loses results that are not yet reported.)
if (process.env.NODE_TEST_CONTEXT !== undefined) {
  // An exit, unlike a signal, ends what the file has started; see endWithThis. Tests may handle signals.
  for (const name of ['SIGTERM', 'SIGINT'] as const)
    process.once(name, () => {
      if (process.listenerCount(name) === 0) process.exit(1);
    });
  after(() => {
    setTimeout(() => {
      const left = process.getActiveResourcesInfo().join(', ');
      process.stderr.write(
        `${process.argv[1]} was stopped ${WITHIN_MS / 1000} s after its last test; still open: ${left}\n`,
      );
      process.exit(1);
    }, WITHIN_MS).unref();
  });
}
