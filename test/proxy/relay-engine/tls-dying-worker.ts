import { runWorker } from '../../../proxy/relay-engine/acceptor/run-worker.ts';
import { libc } from '../../../proxy/sys/libc.ts';

// An acceptor that dies while connecting for its ninth client, as a bug would make it.
const sys = libc();
let connected = 0;
runWorker({
  ...sys,
  connect(fd, address, length) {
    connected++;
    if (connected === 9) throw new Error('an intended fault');
    return sys.connect(fd, address, length);
  },
});
