import { raiseFileLimit } from '../../../proxy/sys/file-limit.ts';
import { generate } from './generate.ts';
import type { LoadPlan } from './plan.ts';

// Program: loads a server according to its argument, a LoadPlan in JSON, and writes the LoadResult as JSON.
const [plan = ''] = process.argv.slice(2);
raiseFileLimit(undefined);
process.stdout.write(`${JSON.stringify(generate(JSON.parse(plan) as LoadPlan))}\n`);
