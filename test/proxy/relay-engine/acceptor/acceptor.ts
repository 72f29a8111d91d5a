import type { BackendPolicy } from '../../../../proxy/configuration/backend-policy.ts';
import type { ListenerPolicy } from '../../../../proxy/configuration/listener-policy.ts';
import type { Acceptor } from '../../../../proxy/relay-engine/acceptor/context.ts';
import { type AcceptorInputs, createAcceptor } from '../../../../proxy/relay-engine/acceptor/create.ts';
import type {
  AcceptorBackend,
  AcceptorListener,
  AcceptorTable,
} from '../../../../proxy/relay-engine/acceptor/messages.ts';
import {
  allocateShared,
  MAX_DESCRIPTORS,
  viewShared,
} from '../../../../proxy/relay-engine/acceptor/shared-memory.ts';
import { shareEndpoints } from '../../../../proxy/relay-engine/share-endpoints.ts';
import type { Sys } from '../../../../proxy/sys/sys.ts';
import { tableBackend, tableListener } from '../../tables.ts';

/** The inputs of an acceptor whose loop does not run: its clock stands still, its messages are dropped. */
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
  hashKey: { low: 1, high: 2 },
  notify: () => undefined,
  ...change,
});

/**
 * A backend in the first slot, with round robin over endpoints of equal weight. An endpoint without a slot
 * gets its index as its slot.
 */
export const backendForTest = (
  endpoints: readonly { readonly address: string; readonly port: number; readonly slot?: number }[],
  policy: Partial<BackendPolicy> = {},
): AcceptorBackend => ({
  name: 'b',
  slot: 0,
  policy: tableBackend(policy).policy,
  endpoints: shareEndpoints(endpoints.map((endpoint, slot) => ({ slot, weight: 1, ...endpoint }))),
  plan: { turns: Uint16Array.from(endpoints.keys()), seeds: new Uint32Array(0) },
});

/** A listener in the first slot, which uses the backend in the first slot. */
export const listenerForTest = (
  fd: number,
  port: number,
  policy: Partial<ListenerPolicy> = {},
): AcceptorListener => ({
  slot: 0,
  fd,
  protocol: 'TCP',
  port,
  backendSlot: 0,
  policy: tableListener(port, policy).policy,
});

/** A first table that contains only what is passed. */
export const tableForTest = (change: Partial<AcceptorTable> = {}): AcceptorTable => ({
  version: 1,
  descriptorLimit: 100,
  accessLog: { mode: 'Off', sampleOneIn: 2 },
  listeners: [],
  backends: [],
  removed: [],
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
