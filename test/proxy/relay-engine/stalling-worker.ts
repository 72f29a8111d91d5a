import { runWorker } from '../../../proxy/relay-engine/acceptor/run-worker.ts';
import { libc } from '../../../proxy/sys/libc.ts';

// An acceptor whose thread hangs forever while connecting for its third client, as in an endless loop.
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
