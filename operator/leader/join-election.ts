import type { Registry } from 'prom-client';
import { createWriter } from '../../kube/apply.ts';
import type { Clock } from '../../kube/clock.ts';
import { startListWatch } from '../../kube/list-watch.ts';
import { collectionPath } from '../../kube/paths.ts';
import type { Transport } from '../../kube/transport.ts';
import type { Logger } from '../../program/log.ts';
import { codeOf } from '../errors/operator-error.ts';
import { createLeaderMetrics } from '../telemetry/leader-metrics.ts';
import { createRecorder } from '../telemetry/recorder.ts';
import { FIELD_MANAGER } from './begin-term.ts';
import { type ElectionEvent, startElection, type Term, type Timing } from './election.ts';
import { type Fence, fencedTransport } from './fenced-transport.ts';
import { holderOf, type Lease, type LeaseRef, leaseRef } from './lease.ts';
import { createLeaseClient } from './lease-client.ts';

export interface ElectionSettings extends LeaseRef, Timing {}

export interface JoinOptions {
  readonly election: ElectionSettings;
  readonly identity: string;
  readonly instance: string;
  readonly begin: (fence: Fence) => Term;
  /** Opens a transport with its own connections. */
  readonly open: () => Transport;
  readonly registry: Registry;
  readonly log: Logger;
  readonly clock: Clock;
  readonly wallClock: () => Date;
  readonly random: () => number;
}

export interface Leadership {
  /** Whether this process leads, and otherwise who does, as far as that is known. */
  role(): { readonly isLeader: boolean; readonly leader?: string };
  /** A sentence if the leader has been unknown for longer than a Lease is respected; undefined otherwise. */
  problem(): string | undefined;
  /** Finishes the work in progress and gives up the leadership. */
  stop(): Promise<void>;
}

/** Competes for the Lease, and reports who leads: in the log, in metrics, and as events of the Lease. */
export const joinElection = (options: JoinOptions, onFailed: (error: unknown) => void): Leadership => {
  const { election: at, identity, log, open } = options;
  const metrics = createLeaderMetrics(options.registry, at.name);
  // Renewals must not wait behind anything else.
  const transport = open();
  let fence: Fence = { leftMs: () => 0 };
  const fenced = fencedTransport(transport, { leftMs: () => fence.leftMs() });
  const recorder = createRecorder({ ...options, writer: createWriter(fenced, FIELD_MANAGER) });
  let lastCode: string | undefined;
  /** When the Lease was last read or renewed, and the error since then. */
  let reachedAt = options.clock.now();
  let lastError: unknown;
  let role: ReturnType<Leadership['role']> = { isLeader: false };

  const recordEvent = (lease: Lease, note: string, action: string): void =>
    recorder.record(
      { ...lease, ...leaseRef(at), metadata: lease.metadata },
      { type: 'Normal', reason: 'LeaderElection', action, note },
    );

  const onEvent = (event: ElectionEvent): void => {
    if (event.kind !== 'Failed') lastCode = undefined;
    switch (event.kind) {
      case 'Elected':
        metrics.setLeader(true);
        role = { isLeader: true };
        ({ fence } = event);
        log.info({ identity, from: event.from }, 'became leader');
        recordEvent(event.lease, `${identity} became leader.`, 'Elect');
        return;
      case 'Lost':
        metrics.setLeader(false);
        role = { isLeader: false };
        log.error({ identity, code: event.why, advice: LOST_ADVICE[event.why] }, 'leadership lost');
        return;
      case 'Released':
        metrics.setLeader(false);
        role = { isLeader: false };
        log.info({ identity }, 'leadership released');
        return;
      case 'Following':
        role = { isLeader: false, leader: event.holder };
        log.info({ identity, holder: event.holder }, 'following');
        return;
      case 'Reached':
        reachedAt = options.clock.now();
        lastError = undefined;
        return;
      case 'Failed': {
        lastError = event.error;
        metrics.failed();
        const code = codeOf(event.error);
        if (code !== lastCode)
          log.warn({ lease: at.name, code, error: event.error }, 'lease not reached, retrying');
        lastCode = code;
        return;
      }
      default:
        event satisfies never;
    }
  };

  const election = startElection(
    {
      ...options,
      timing: at,
      client: (limit) => createLeaseClient(fencedTransport(transport, limit), at),
      onEvent,
    },
    onFailed,
  );
  const wake = (lease: Lease | undefined): void => {
    if (holderOf(lease) === undefined) election.wake();
  };
  const watch = startListWatch<Lease>({
    transport,
    path: collectionPath(leaseRef(at), at.namespace),
    fieldSelector: `metadata.name=${at.name}`,
    onSync: (leases) => wake(leases.get(`${at.namespace}/${at.name}`)),
    onChange: (_, lease, change) => wake(change === 'Deleted' ? undefined : lease),
    // Without the watch a release is noticed a little later: at the next attempt, which also reports what is
    // wrong.
    onState: (state) => log.debug({ lease: at.name, connected: state.connected }, 'watch of the lease'),
  });

  return {
    role: () => role,
    problem() {
      const silentMs = options.clock.now() - reachedAt;
      if (silentMs < at.leaseMs) return undefined;
      const why = lastError instanceof Error ? `: ${lastError.message}` : '';
      return `the Lease ${at.namespace}/${at.name} could not be read for ${Math.round(silentMs / 1000)} s, so the leader is unknown and this replica reconciles nothing${why}`;
    },
    async stop() {
      watch.stop();
      await election.stop();
      await recorder.idle();
      await transport.close();
    },
  };
};

const LOST_ADVICE = {
  NotRenewed:
    'The Lease could not be renewed in time; this replica writes nothing until it holds the Lease again. Check the API server and the network to it.',
  TakenByAnother: 'Another process holds the Lease. If this one was suspended, it had too little CPU.',
} as const;
