import assert from 'node:assert/strict';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createWriter } from '../../../kube/apply.ts';
import { realClock } from '../../../kube/clock.ts';
import { connect } from '../../../kube/connect.ts';
import { ApiError, TransportError } from '../../../kube/errors.ts';
import type { Call, Transport } from '../../../kube/transport.ts';
import { type Controller, startController } from '../../../operator/reconcile/controller.ts';
import { createControllerMetrics } from '../../../operator/telemetry/controller-metrics.ts';
import { createRecorder } from '../../../operator/telemetry/recorder.ts';
import { createReplicaMetrics } from '../../../operator/telemetry/replica-metrics.ts';
import { createWatchMetrics } from '../../../operator/telemetry/watch-metrics.ts';
import { RENDER } from '../owner.ts';

const FIELD_MANAGER = 'l4balancer-operator';

/** The operator's controller running in this process, so that its calls can be lost at random. */
export interface FaultyOperator {
  readonly controller: Controller;
  /** Calls lost so far. */
  readonly faults: () => number;
  /** Stops losing calls. */
  heal(): void;
  stop(): Promise<void>;
}

/**
 * Starts the controller with a network that loses one call in `every`. `random` is from 0 (inclusive) to 1
 * (exclusive).
 */
export const startFaultyOperator = async (
  kubeconfig: string,
  every: number,
  random: () => number,
): Promise<FaultyOperator> => {
  const network = { every, faults: 0 };
  const transport = faulty(await connect({ kubeconfig }), network, random);
  const log = pino({ level: 'silent' });
  const wallClock = () => new Date();
  const controller = startController(
    {
      transport,
      namespaces: [],
      fieldManager: FIELD_MANAGER,
      isWatched: () => false,
      identity: 'faulty',
      render: RENDER,
      workers: 4,
      metrics: createControllerMetrics(new Registry(), 4, realClock.now),
      replicaMetrics: createReplicaMetrics(new Registry()),
      watchMetrics: createWatchMetrics(new Registry()),
      definitionMetrics: () => {},
      log,
      clock: realClock,
      wallClock,
      random,
    },
    (error) => assert.fail(String(error)),
  );
  const writer = createWriter(transport, FIELD_MANAGER);
  const recorder = createRecorder({ writer, log, clock: realClock, wallClock, instance: 'test' });
  const term = controller.begin({
    handOverWriter: createWriter(transport, `${FIELD_MANAGER}-hand-over`),
    ticketWriter: createWriter(transport, `${FIELD_MANAGER}-tickets`),
    transport,
    writer,
    recorder,
  });
  return {
    controller,
    faults: () => network.faults,
    heal() {
      network.every = Number.POSITIVE_INFINITY;
    },
    async stop() {
      await term.stop();
      controller.stop();
      await transport.close();
    },
  };
};

/** A network that loses calls and responses, and an API server that is busy at times. */
const faulty = (
  transport: Transport,
  network: { readonly every: number; faults: number },
  random: () => number,
): Transport => {
  const fail = (call: Call): Error => {
    network.faults++;
    const busy = new ApiError({ method: call.method, path: call.path, httpStatus: 503, body: '' });
    return random() < 0.5
      ? busy
      : new TransportError('ConnectionLost', 'https://x', call.path, 'an injected fault');
  };
  return {
    ...transport,
    async request(call: Call) {
      const isList = call.query?.limit !== undefined;
      if (isList) return transport.request(call);
      if (random() < 0.5 / network.every) throw fail(call); // before it is sent
      const answer = await transport.request(call);
      if (random() < 0.5 / network.every) throw fail(call); // processed, but the response is lost
      return answer;
    },
  };
};
