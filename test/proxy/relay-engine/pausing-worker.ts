import { runWorker } from '../../../proxy/relay-engine/acceptor/run-worker.ts';
import { libc } from '../../../proxy/sys/libc.ts';
import { ENFILE } from '../../../proxy/sys/sys.ts';

// An acceptor whose first client is lost because the machine is out of file descriptors; no other client
// waits.
const sys = libc();
let failed = false;
runWorker({
  ...sys,
  accept(fd, address) {
    const accepted = sys.accept(fd, address);
    if (failed || accepted < 0) return accepted;
    failed = true;
    sys.close(accepted);
    return -ENFILE;
  },
});
