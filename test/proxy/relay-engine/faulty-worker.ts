import { BroadcastChannel, workerData } from 'node:worker_threads';
import type { AcceptorStart } from '../../../proxy/relay-engine/acceptor/messages.ts';
import { runWorker } from '../../../proxy/relay-engine/acceptor/run-worker.ts';
import { viewShared } from '../../../proxy/relay-engine/acceptor/shared-memory.ts';
import { libc } from '../../../proxy/sys/libc.ts';
import { type FaultReport, faultySys, type Tally } from './faulty-sys.ts';

// An acceptor whose system calls fail occasionally, in a sequence that depends on its index. The environment
// of the thread says which and how often (FAULTS, a JSON list, and ONE_IN). It reports what it did when it
// ends.
const faults = new Set<string>(JSON.parse(process.env.FAULTS ?? '[]'));
const oneIn = Number(process.env.ONE_IN);
const { index, shared } = workerData as AcceptorStart;

let state = 0x9e3779b9 ^ (index + 1);
const random = (): number => {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state >>> 0;
};

const tally: Tally = { injected: {}, turns: 0, calls: 0 };
const real = libc();
const faulty = faultySys(real, faults, oneIn, random, tally);
// The first call, for the eventfd, is part of the start: an acceptor that cannot be woken has to give up.
let started = false;
runWorker({
  ...faulty,
  epollControl(...all) {
    if (started) return faulty.epollControl(...all);
    started = true;
    return real.epollControl(...all);
  },
});

const held = viewShared(shared).owners.reduce((sum, owner) => sum + (owner === index + 1 ? 1 : 0), 0);
const channel = new BroadcastChannel('faulty-acceptors');
channel.postMessage({ acceptor: index, held, ...tally } satisfies FaultReport);
channel.close();
