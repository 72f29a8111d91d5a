import assert from 'node:assert/strict';
import { once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import { createMetrics } from '../../../../proxy/metrics/metrics.ts';
import { freePorts } from '../../../../tooling/process/free-ports.ts';
import { until } from '../../../../tooling/wait/until.ts';
import { metricsFacts } from '../../metrics/facts.ts';
import { parsePrometheus } from '../../metrics/prometheus-text.ts';
import { dialClient } from '../../relay/client.ts';
import { echo, startEndpoint } from '../../relay/endpoint-server.ts';
import { oneBackend, tableOf } from '../../tables.ts';
import type { Part } from '../part.ts';

/** Closes stay counted, whatever happens to their listener. */
export const PAST_CLOSES: readonly Part[] = [
  {
    name: 'no counter of closed connections decreases while a listener is removed and added again, with or without connections',
    ability: 'CountersKept',
    async run(_, start) {
      const endpoint = await startEndpoint(echo);
      const [port] = (await freePorts(1)) as [number];
      const engine = await start({ acceptors: 1, onEvent: () => undefined, countersKeptMs: 0 });
      const metrics = createMetrics(
        '1.2.3',
        metricsFacts({
          stats: () => engine.stats(),
        }),
      );
      /** By listener name: the connections that finished. */
      const finished = async (): Promise<Readonly<Record<string, number>>> => {
        const families = parsePrometheus(await metrics.text());
        const closed = families.find(({ name }) => name === 'l4balancer_connections_closed_total');
        return Object.fromEntries(
          [...(closed?.samples ?? [])]
            .filter(([labels]) => labels.includes('reason="Finished"'))
            .map(([labels, total]) => [/listener="(.*?)"/.exec(labels)?.[1] ?? 'none', total]),
        );
      };
      const open = async () => {
        const client = await dialClient(port);
        client.on('error', () => undefined); // reset when the engine is closed after a failure
        client.write('hello');
        await once(client, 'data');
        return client;
      };
      const end = async (client: Awaited<ReturnType<typeof open>>): Promise<void> => {
        client.end().resume();
        await once(client, 'close');
      };
      const present = oneBackend(port, endpoint.port);
      const absent = tableOf([], present.backends);
      try {
        await engine.publish(present);
        await end(await open());
        const staying = await open();
        assert.deepEqual(await finished(), { '': 0, l: 1 });
        await engine.publish(absent);
        assert.deepEqual(await finished(), { '': 0, l: 1 }, 'it keeps its slot for the open connection');
        await engine.publish(present);
        assert.deepEqual(await finished(), { '': 0, l: 1 });
        await engine.publish(absent);
        await end(staying);
        await engine.drained(AbortSignal.timeout(10_000));
        await engine.publish(tableOf([], []));
        // Its slot is freed once its port is closed.
        await until('its place is given up', async () => isDeepStrictEqual(await finished(), { '': 2 }), {
          seen: finished,
        });
        await engine.publish(present);
        assert.deepEqual(await finished(), { '': 2, l: 0 });
      } finally {
        await engine.close();
        await endpoint.close();
      }
    },
  },
];
