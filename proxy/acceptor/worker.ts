import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { libc } from '../sys/libc.ts';
import { runAcceptor } from './loop.ts';
import type { AcceptorStart, AcceptorTable, FromAcceptor, ToAcceptor } from './messages.ts';
import { viewShared } from './shared-memory.ts';

// The thread of one acceptor. It blocks in epoll_wait, so its port is read when the eventfd says that there is something.
const port = parentPort;
if (port === null) throw new Error('NOT_A_WORKER: acceptor/worker.ts is started by the engine only');
const { index, shared, eventfd } = workerData as AcceptorStart;

const newest = (): AcceptorTable | undefined => {
  let table: AcceptorTable | undefined;
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port))
    table = (next.message as ToAcceptor).table;
  return table;
};

runAcceptor({
  index,
  sys: libc(),
  shared: viewShared(shared),
  eventfd,
  now: () => performance.now(),
  newest,
  tell: (message: FromAcceptor) => port.postMessage(message),
});
// Nothing listens on the port, so the thread ends here by itself.
