import type { Snapshot } from '../../../proxy/configuration/snapshot.ts';
import type { FailingEndpoint } from '../../../proxy/engine/engine.ts';
import type { CheckRequest } from '../../../proxy/health/check/check.ts';
import type { CheckResult } from '../../../proxy/health/check/result.ts';
import { startMonitor } from '../../../proxy/health/monitor.ts';
import { configurationFor } from '../configurations.ts';

/** A clock that is turned by hand. */
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
    /** Lets time pass; what falls due happens at its time. */
    pass(ms: number) {
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

/** A snapshot with one backend `web` of these ports. */
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

/** A monitor whose time passes by hand, whose checks are answered by hand, and whose engine counts what it is told. */
export const monitorBench = () => {
  const time = manualTime();
  const open: {
    readonly request: CheckRequest;
    readonly signal: AbortSignal;
    answer(result: CheckResult): void;
  }[] = [];
  const told: string[] = [];
  const failures = new Map<string, number>();
  let changes = 0;
  const monitor = startMonitor({
    ...time,
    atOnce: 100,
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
    onTransition: ({ endpoint }, { from, to, cause }) => told.push(`${endpoint} ${from}>${to} ${cause}`),
  });
  return {
    ...time,
    monitor,
    open,
    told,
    /** How often the view is said to have changed. */
    changes: () => changes,
    /** As many attempts in a row failed at the endpoints of these ports. */
    fail(inARow: number, ...ports: readonly number[]) {
      for (const port of ports) failures.set(key(port), inARow);
    },
    failuresOf: (port: number) => failures.get(key(port)) ?? 0,
    healthy: (...ports: readonly number[]) => ports.map((port) => monitor.isHealthy('web', key(port))),
    share: (port: number) => monitor.share('web', key(port)),
    /** Answers every open check, and lets what follows from it happen. */
    async answer(result: CheckResult) {
      for (const one of open.splice(0)) one.answer(result);
      await new Promise(setImmediate);
    },
  };
};
