import { raiseFileLimit } from '../../../proxy/sys/file-limit.ts';
import type { DatagramPlan } from './datagram-plan.ts';
import { generateDatagrams } from './generate-datagrams.ts';

// Program: loads a server according to its argument, a DatagramPlan in JSON, and writes the DatagramResult as
// JSON.
const [plan = ''] = process.argv.slice(2);
raiseFileLimit(undefined);
process.stdout.write(`${JSON.stringify(generateDatagrams(JSON.parse(plan) as DatagramPlan))}\n`);
