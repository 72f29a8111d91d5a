import { runWorker } from '../../../proxy/relay-engine/acceptor/run-worker.ts';
import { libc } from '../../../proxy/sys/libc.ts';

// An acceptor that dies in the midst of its work when it connects for its 25th client, as an error in its code would make it.
const sys = libc();
let connected = 0;
runWorker({
  ...sys,
  connect(fd, address, length) {
    connected++;
    if (connected === 25) throw new Error('a fault on purpose');
    return sys.connect(fd, address, length);
  },
});
