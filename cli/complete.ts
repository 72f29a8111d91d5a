import { completionLines } from './arguments/complete-words.ts';
import { namesFrom } from './cluster/name-lookup.ts';

// kubectl runs this program when a command line that begins with `kubectl l4b` is to be completed.
const words = process.argv.slice(2);
for (const line of await completionLines(words, namesFrom(words, process.env)))
  process.stdout.write(`${line}\n`);
