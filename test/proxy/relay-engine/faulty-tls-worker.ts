import { BroadcastChannel, workerData } from 'node:worker_threads';
import type { AcceptorStart } from '../../../proxy/relay-engine/acceptor/messages.ts';
import { runWorker } from '../../../proxy/relay-engine/acceptor/run-worker.ts';
import { viewShared } from '../../../proxy/relay-engine/acceptor/shared-memory.ts';
import { libc } from '../../../proxy/sys/libc.ts';
import { openssl } from '../../../proxy/sys/openssl.ts';
import { EPOLL_CTL_MOD } from '../../../proxy/sys/sys.ts';
import { Random } from '../../crds/random.ts';
import { faultyTls, type TlsFaultReport, type TlsTally } from './faulty-tls.ts';

// An acceptor whose calls into OpenSSL fail occasionally. The environment of the thread says which and how
// often (FAULTS, a JSON list, and ONE_IN). It reports what it did when it ends.
const faults = new Set<string>(JSON.parse(process.env.FAULTS ?? '[]'));
const oneIn = Number(process.env.ONE_IN);
const { index, shared } = workerData as AcceptorStart;
const source = new Random(index + 1);
const tally: TlsTally = { injected: {}, connections: 0, contexts: 0, sessions: 0 };
const sys = libc();
/** By descriptor: how the epoll set watches it. */
const watched = new Map<number, Parameters<typeof sys.epollControl>>();
const followed: typeof sys = {
  ...sys,
  epollControl(...all) {
    watched.set(all[2], [all[0], EPOLL_CTL_MOD, all[2], all[3], all[4]]);
    return sys.epollControl(...all);
  },
};
const owedEdge = (fd: number): void => {
  const known = watched.get(fd);
  if (known !== undefined) sys.epollControl(...known);
};
const random = (): number => source.integer(0, 0x7fffffff);
runWorker(followed, () => faultyTls(openssl(), faults, oneIn, random, tally, owedEdge));

const held = viewShared(shared).owners.reduce((sum, owner) => sum + (owner === index + 1 ? 1 : 0), 0);
const channel = new BroadcastChannel('faulty-tls-acceptors');
channel.postMessage({ held, ...tally } satisfies TlsFaultReport);
channel.close();
