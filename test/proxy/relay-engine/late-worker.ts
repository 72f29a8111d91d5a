import { runWorker } from '../../../proxy/relay-engine/acceptor/run-worker.ts';
import { libc } from '../../../proxy/sys/libc.ts';
import { pinnedMemory } from '../../../proxy/sys/memory.ts';
import { TCP_INFO_BYTES } from '../../../proxy/sys/sys.ts';

// An acceptor that is late, as on an overloaded machine: by the time it looks, an endpoint may have answered
// and closed.

/** The first byte of struct tcp_info, and its values. */
const STATE = 0;
const ESTABLISHED = 1;
const SYN_SENT = 2;
const CLOSED = 7;

const STEP_MS = 20;
/** A reset may follow this long after an end of stream. */
const RESET_MS = 300;
/** Below the time after which the acceptor counts as stalled. */
const GIVE_UP_MS = 4000;

const never = new Int32Array(new SharedArrayBuffer(4));
const sys = libc();
const info = pinnedMemory(TCP_INFO_BYTES);

/** Waits until the endpoint has reset the connection or ended its stream, however slow its process is. */
const waitForEnd = (fd: number): void => {
  let endedMs = 0;
  for (let ms = 0; ms < GIVE_UP_MS && endedMs < RESET_MS; ms += STEP_MS) {
    Atomics.wait(never, 0, 0, STEP_MS);
    if (sys.tcpInfo(fd, info) < 0) return;
    const state = info.view.getUint8(STATE);
    if (state === CLOSED) return;
    if (state !== ESTABLISHED && state !== SYN_SENT) endedMs += STEP_MS;
  }
};

runWorker({
  ...sys,
  connect(fd, address, length) {
    const connected = sys.connect(fd, address, length);
    waitForEnd(fd);
    return connected;
  },
});
