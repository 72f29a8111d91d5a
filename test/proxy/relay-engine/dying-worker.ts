import { runWorker } from '../../../proxy/relay-engine/acceptor/run-worker.ts';
import { libc } from '../../../proxy/sys/libc.ts';

// An acceptor that dies in the middle of its work, while connecting for its 25th client, as a bug would make
// it.
const sys = libc();
let connected = 0;
runWorker({
  ...sys,
  connect(fd, address, length) {
    connected++;
    if (connected === 25) throw new Error('an intended fault');
    return sys.connect(fd, address, length);
  },
});
