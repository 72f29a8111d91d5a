import { runWorker } from '../../../proxy/relay-engine/acceptor/run-worker.ts';
import { libc } from '../../../proxy/sys/libc.ts';

// An acceptor that is late, as on an overloaded machine: by the time it looks, an endpoint may have answered
// and closed.
const LATE_MS = 300;
const never = new Int32Array(new SharedArrayBuffer(4));
const sys = libc();
runWorker({
  ...sys,
  connect(fd, address, length) {
    const connected = sys.connect(fd, address, length);
    Atomics.wait(never, 0, 0, LATE_MS);
    return connected;
  },
});
