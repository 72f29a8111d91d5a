import type { Snapshot } from '../../../proxy/configuration/snapshot.ts';
import type { FailingEndpoint } from '../../../proxy/engine/engine.ts';
import type { CheckRequest } from '../../../proxy/health/check/check.ts';
import type { CheckResult } from '../../../proxy/health/check/result.ts';
import { startMonitor } from '../../../proxy/health/monitor.ts';
import { configurationFor } from '../configurations.ts';

/** A clock that the test advances. */
export const manualTime = () => {
  let now = 0;
  let timers: { readonly at: number; readonly run: () => void }[] = [];
  return {
    now: () => now,
    after(ms: number, run: () => void) {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    timers: () => timers.length,
    /** Advances the clock; timers that fall due run at their time. */
    advance(ms: number) {
      const end = now + ms;
      for (;;) {
        const next = timers.reduce<(typeof timers)[number] | undefined>(
          (first, one) => (one.at <= end && (first === undefined || one.at < first.at) ? one : first),
          undefined,
        );
        if (next === undefined) break;
        timers = timers.filter((other) => other !== next);
        now = Math.max(now, next.at);
        next.run();
      }
      now = end;
    },
  };
};

/** A snapshot with one backend `web` that has endpoints on these ports. */
export const snapshot = (ports: readonly number[], backend: object = { healthCheck: {} }): Snapshot => ({
  revision: '1',
  configuration: configurationFor({
    listeners: [{ name: 'l', port: 80, backend: 'web' }],
    backends: [{ name: 'web', endpoints: [{ address: '192.0.2.1', port: 1 }], ...backend }],
  }),
  targets: new Map([
    ['web', ports.map((port) => ({ address: '192.0.2.1', port, weight: 1, backup: false }))],
  ]),
  findings: [],
});

export const key = (port: number): string => `192.0.2.1:${port}`;

/** A monitor whose clock, check results and engine failures the test controls. */
export const monitorBench = () => {
  const time = manualTime();
  const open: {
    readonly request: CheckRequest;
    readonly signal: AbortSignal;
    answer(result: CheckResult): void;
  }[] = [];
  const transitions: string[] = [];
  const failures = new Map<string, number>();
  let changes = 0;
  const monitor = startMonitor({
    ...time,
    maxConcurrent: 100,
    random: () => 0.5,
    check: (request, signal) =>
      new Promise((resolve) => {
        open.push({ request, signal, answer: resolve });
      }),
    engine: {
      failing: (atLeast) =>
        [...failures]
          .filter(([, inARow]) => inARow >= atLeast)
          .map(([endpoint, inARow]): FailingEndpoint => ({ backend: 'web', endpoint, inARow })),
      forgetFailures: (_, endpoint) => failures.delete(endpoint),
    },
    onViewChanged() {
      changes += 1;
    },
    onTransition: ({ endpoint }, { from, to, cause }) =>
      transitions.push(`${endpoint} ${from}>${to} ${cause}`),
  });
  return {
    ...time,
    monitor,
    open,
    transitions,
    /** How often the monitor reported that the view has changed. */
    changes: () => changes,
    /** Sets the number of consecutive failures of the endpoints on these ports. */
    fail(inARow: number, ...ports: readonly number[]) {
      for (const port of ports) failures.set(key(port), inARow);
    },
    failuresOf: (port: number) => failures.get(key(port)) ?? 0,
    healthy: (...ports: readonly number[]) => ports.map((port) => monitor.isHealthy('web', key(port))),
    share: (port: number) => monitor.share('web', key(port)),
    /** Answers every open check, and waits for what follows from that. */
    async answer(result: CheckResult) {
      for (const one of open.splice(0)) one.answer(result);
      await new Promise(setImmediate);
    },
  };
};
