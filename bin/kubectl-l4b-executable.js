import { basename } from 'node:path';
import { loadOperatorCode } from './operator-code.js';

// The start of the single executable, which is one file with both programs of the package. As in busybox, the
// name by which it was called says which one is meant: a link is enough for kubectl's completion.
if (basename(process.argv0).startsWith('kubectl_complete-')) await import('../cli/complete.ts');
else await (await import('../cli/main.ts')).main(loadOperatorCode);
