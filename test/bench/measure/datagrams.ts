import { fileURLToPath } from 'node:url';
import type { Target } from '../line.ts';
import type { DatagramPlan, DatagramResult } from '../load/datagram-plan.ts';
import { describeFailures } from './load.ts';
import { runClient } from './run-client.ts';

const PROGRAM = fileURLToPath(new URL('../load/datagram-program.ts', import.meta.url));

export type DatagramLoad = Omit<DatagramPlan, 'address' | 'port' | 'counts'>;

/** Loads `target` with datagrams; the generator runs as a process of its own in the clients' network. */
export const runDatagrams = async (
  { environment, endpoints, address, ports: [port], remark }: Target,
  load: DatagramLoad,
): Promise<DatagramResult> => {
  const counts = { address: endpoints[0]?.address ?? '', port: endpoints[0]?.counts ?? 0 };
  const plan: DatagramPlan = { ...load, address, port, ...(load.kind === 'OneWay' ? { counts } : {}) };
  const result = JSON.parse(
    await runClient(
      environment,
      [process.execPath, PROGRAM, JSON.stringify(plan)],
      load.warmUpSeconds + load.seconds,
    ),
  ) as DatagramResult;
  if (result.arrived === 0) throw new Error(`no datagram came through: ${describeFailures(result)}`);
  const failed = describeFailures(result);
  if (failed !== '') remark(`failures: ${failed}`);
  return result;
};
