import { raiseFileLimit } from '../../../../proxy/sys/file-limit.ts';
import { generateTls } from './generate.ts';
import type { TlsPlan } from './plan.ts';

// Program: loads a server that speaks TLS according to its argument, a TlsPlan in JSON, and writes the
// TlsResult as JSON.
const [plan = ''] = process.argv.slice(2);
raiseFileLimit(undefined);
process.stdout.write(`${JSON.stringify(generateTls(JSON.parse(plan) as TlsPlan))}\n`);
