import type { Clock } from '../../kube/clock.ts';
import type { Fence } from './fenced-transport.ts';
import { type Claim, type Lease, microTime } from './lease.ts';
import type { LeaseClient } from './lease-client.ts';
import { type LeaseObservation, leaseStep, observeLease } from './lease-step.ts';

export interface Timing {
  /** How long others respect a Lease that is not renewed. */
  readonly leaseMs: number;
  /**
   * How long this process may write after its last renewal. Shorter than `leaseMs`, by the time that a
   * request already sent may take to arrive.
   */
  readonly renewMs: number;
  /** Between two attempts. */
  readonly retryMs: number;
}

/** What a leader does from its election on. */
export interface Term {
  /** Finishes the work in progress and starts nothing new. The Lease is kept meanwhile. */
  finish(): Promise<void>;
  /** The Lease is lost: abandons everything at once. */
  abandon(): Promise<void>;
}

export interface ElectionOptions {
  /** Creates a client whose calls are bounded by the fence. */
  readonly client: (fence: Fence) => LeaseClient;
  /** Unique to this process. */
  readonly identity: string;
  readonly timing: Timing;
  readonly clock: Clock;
  readonly wallClock: () => Date;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  /** Begins a term. Everything is written through the fence. */
  readonly begin: (fence: Fence) => Term;
  readonly onEvent: (event: ElectionEvent) => void;
}

export type ElectionEvent =
  | {
      readonly kind: 'Elected';
      readonly lease: Lease;
      readonly from: string | undefined;
      readonly fence: Fence;
    }
  | { readonly kind: 'Lost'; readonly why: 'NotRenewed' | 'TakenByAnother' }
  | { readonly kind: 'Released' }
  | { readonly kind: 'Following'; readonly holder: string }
  /** The Lease was read or renewed, so the leader is known. */
  | { readonly kind: 'Reached' }
  | { readonly kind: 'Failed'; readonly error: unknown };

export interface Election {
  /** The Lease has changed: checks it now instead of at the next attempt. */
  wake(): void;
  /** Finishes the term, releases the Lease, and no longer competes for it. */
  stop(): Promise<void>;
}

interface Held {
  readonly lease: Lease;
  /** When the claim was sent. Other replicas count from later: from when they see it. */
  readonly sentAt: number;
  readonly from: string | undefined;
}

/** One attempt must not use up the whole deadline: the next one uses another connection. */
const ATTEMPTS_PER_DEADLINE = 2;

/**
 * Competes for the Lease until stopped. A leader that cannot renew in time becomes a follower. `onFailed` is
 * called with errors that only a bug can cause.
 */
export const startElection = (options: ElectionOptions, onFailed: (error: unknown) => void): Election => {
  const { identity, timing, clock, wallClock, onEvent } = options;
  const stopping = new AbortController();
  const stopRequested = new Promise<'Stop'>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve('Stop'), { once: true });
  });
  let seen: LeaseObservation | undefined;
  let follows: string | undefined;
  let pause = new AbortController();
  const attemptMs = timing.renewMs / ATTEMPTS_PER_DEADLINE;

  const claim = (before: Lease | undefined, isNew: boolean): Claim => {
    const now = microTime(wallClock());
    const { acquireTime = now, leaseTransitions = 0 } = before?.spec ?? {};
    return {
      holder: identity,
      durationMs: timing.leaseMs,
      acquireTime: isNew ? now : acquireTime,
      renewTime: now,
      transitions: leaseTransitions + (isNew && before !== undefined ? 1 : 0),
      resourceVersion: before?.metadata.resourceVersion,
    };
  };

  /** Reads the Lease and claims it if that is due; undefined when another replica holds it. */
  const claimIfDue = async (client: LeaseClient, leads: boolean): Promise<Held | undefined> => {
    const lease = await client.read();
    seen = observeLease(lease, seen, clock.now(), timing.leaseMs);
    const step = leaseStep(lease, { identity, leads }, seen, clock.now());
    switch (step.action) {
      case 'Wait':
        if (step.holder !== undefined && step.holder !== follows)
          onEvent({ kind: 'Following', holder: step.holder });
        follows = step.holder ?? follows;
        return undefined;
      case 'Create':
      case 'Take':
      case 'Renew': {
        const sentAt = clock.now();
        const claimed = await client.claim(claim(lease, step.action !== 'Renew'));
        // Its own claim is an observation, too: if the claim is lost and the Lease is gone afterwards,
        // another replica may have held it in between.
        if (claimed !== undefined) seen = observeLease(claimed, seen, clock.now(), timing.leaseMs);
        return claimed && { lease: claimed, sentAt, from: step.action === 'Take' ? step.from : undefined };
      }
      default:
        return step satisfies never;
    }
  };

  const follow = async (): Promise<Held | undefined> => {
    const client = options.client({ leftMs: () => attemptMs });
    while (!stopping.signal.aborted) {
      pause = new AbortController();
      const woken = AbortSignal.any([pause.signal, stopping.signal]);
      try {
        const held = await claimIfDue(client, false);
        onEvent({ kind: 'Reached' });
        if (held !== undefined) return held;
      } catch (error) {
        onEvent({ kind: 'Failed', error });
      }
      // Up to a fifth longer, at random, so that the replicas do not all try at the same time.
      await clock.sleep(timing.retryMs * (1 + options.random() / 5), woken);
    }
    return undefined;
  };

  const lead = async (first: Held): Promise<void> => {
    let held = first;
    let isOver = false;
    const over = new AbortController();
    const fence: Fence = { leftMs: () => (isOver ? 0 : held.sentAt + timing.renewMs - clock.now()) };
    const client = options.client({ leftMs: () => Math.min(attemptMs, fence.leftMs()) });

    const renew = async (): Promise<'NotRenewed' | 'TakenByAnother' | 'Over'> => {
      for (;;) {
        await clock.sleep(Math.max(0, Math.min(timing.retryMs, fence.leftMs())), over.signal);
        if (over.signal.aborted) return 'Over';
        if (fence.leftMs() <= 0) return 'NotRenewed';
        try {
          const sentAt = clock.now();
          const lease = await client.claim(claim(held.lease, false));
          if (lease !== undefined) held = { ...held, lease, sentAt };
          else {
            // Somebody changed it, or the response to an earlier claim was lost.
            const again = await claimIfDue(client, fence.leftMs() > 0);
            if (again === undefined) return 'TakenByAnother';
            held = again;
          }
          onEvent({ kind: 'Reached' });
        } catch (error) {
          if (over.signal.aborted) return 'Over';
          onEvent({ kind: 'Failed', error });
        }
      }
    };

    follows = undefined;
    const term = options.begin(fence);
    onEvent({ kind: 'Elected', lease: held.lease, from: held.from, fence });
    const renewing = renew();
    const turn = await Promise.race([renewing, stopRequested]);
    const finished = (): Promise<'Finished'> => term.finish().then(() => 'Finished');
    const end = turn === 'Stop' ? await Promise.race([finished(), renewing]) : turn;
    over.abort();
    const last = await renewing;
    isOver = true;
    if (end === 'Finished' && last === 'Over') {
      await release(held.lease);
      return;
    }
    onEvent({ kind: 'Lost', why: last === 'TakenByAnother' ? last : 'NotRenewed' });
    await term.abandon();
  };

  const release = async (lease: Lease): Promise<void> => {
    try {
      const given = { ...claim(lease, false), holder: undefined, durationMs: 1000 };
      const released = await options.client({ leftMs: () => timing.retryMs }).claim(given);
      if (released !== undefined) onEvent({ kind: 'Released' });
    } catch (error) {
      onEvent({ kind: 'Failed', error }); // it expires on its own
    }
  };

  const run = async (): Promise<void> => {
    for (let held = await follow(); held !== undefined; held = await follow()) await lead(held);
  };

  const running = run();
  running.catch(onFailed);
  return {
    wake: () => pause.abort(),
    async stop() {
      stopping.abort();
      await running;
    },
  };
};
