import type { Acceptor } from '../../../proxy/acceptor/context.ts';
import { type AcceptorInputs, createAcceptor } from '../../../proxy/acceptor/create.ts';
import { allocateShared, MAX_DESCRIPTORS, viewShared } from '../../../proxy/acceptor/shared-memory.ts';
import type { Sys } from '../../../proxy/sys/sys.ts';

/** What an acceptor is given that nobody drives: its clock stands still, and nobody listens to it. */
export const inputsForTest = (sys: Sys, change: Partial<AcceptorInputs> = {}): AcceptorInputs => ({
  index: 0,
  acceptors: 1,
  sys,
  shared: viewShared(allocateShared(change.acceptors ?? 1, MAX_DESCRIPTORS)),
  eventfd: change.eventfd ?? sys.eventfd(),
  sourcePorts: { low: 32_768, high: 60_999, reused: false },
  now: () => 0,
  wallClock: () => 0,
  received: () => [],
  seed: 1,
  tell: () => undefined,
  ...change,
});

/** An acceptor whose loop does not run. */
export const acceptorForTest = (sys: Sys): Acceptor & Disposable => {
  const inputs = inputsForTest(sys);
  const acceptor = createAcceptor(inputs);
  return Object.assign(acceptor, {
    [Symbol.dispose]: () => {
      sys.close(acceptor.epoll);
      sys.close(inputs.eventfd);
    },
  });
};
