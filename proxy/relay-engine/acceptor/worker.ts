import { libc } from '../../sys/libc.ts';
import { runWorker } from './run-worker.ts';

// The thread of one acceptor; started by the engine only.
runWorker(libc());
