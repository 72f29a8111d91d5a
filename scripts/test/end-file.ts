import { after } from 'node:test';

/** How long after its last test a file may take to clear away, before it is ended. */
const WITHIN_MS = 60_000;

// Loaded before each test file, and by the runner itself, which has no tests. A test that fails and leaves a program or a server behind would
// else keep its file for ever. (--test-force-exit ends it at once, and loses what it has not yet told of its tests.)
if (process.env.NODE_TEST_CONTEXT !== undefined)
  after(() => {
    setTimeout(() => {
      const left = process.getActiveResourcesInfo().join(', ');
      process.stderr.write(
        `${process.argv[1]} is ended ${WITHIN_MS / 1000} s after its last test; still open: ${left}\n`,
      );
      process.exit(1);
    }, WITHIN_MS).unref();
  });
