import { runWorker } from '../../../proxy/relay-engine/acceptor/run-worker.ts';
import { libc } from '../../../proxy/sys/libc.ts';

// An acceptor whose thread stands still for ever when it connects for its third client, as a loop without end would make it.
const sys = libc();
let connected = 0;
runWorker({
  ...sys,
  connect(fd, address, length) {
    connected++;
    for (; connected === 3; );
    return sys.connect(fd, address, length);
  },
});
