import { TransportError } from '../../kube/errors.ts';
import type { Transport } from '../../kube/transport.ts';

/** Bounds how long its holder may still write. */
export interface Fence {
  /** Milliseconds; no time is left when 0 or less. */
  leftMs(): number;
}

const LONGEST_MS = 30_000;

/**
 * Lets calls through while the fence allows, and limits each call to the time left. The fence is checked once
 * more when a write is sent, since the process may have been suspended meanwhile. The API server gets the
 * same time limit, so that a write it has begun ends with it.
 */
export const fencedTransport = (transport: Transport, fence: Fence): Transport => ({
  ...transport,
  async request(call) {
    const leftMs = Math.floor(Math.min(fence.leftMs(), call.timeoutMs ?? LONGEST_MS));
    if (leftMs <= 0) throw notLeader(`${call.method} ${call.path}`);
    if (call.method === 'GET') return transport.request({ ...call, timeoutMs: leftMs });
    return transport.request({
      ...call,
      timeoutMs: leftMs,
      query: { ...call.query, timeout: `${leftMs}ms` },
      maySend: () => fence.leftMs() > 0,
    });
  },
});

const notLeader = (tried: string): TransportError =>
  new TransportError('Stopped', 'its address', tried, 'this process is no longer the leader');
