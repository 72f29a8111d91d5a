import { contains } from '../../address-set/address-set.ts';
import { buildAddressSet } from '../../address-set/build.ts';
import type { AcceptedProxyProtocol } from '../../configuration/listener-policy.ts';
import { emptyHeader, type Header } from '../../proxy-protocol/header.ts';
import { READERS } from '../../proxy-protocol/read-header.ts';
import type { Preface, PrefaceOutcome } from './preface.ts';
import { TimerWheel } from './timer-wheel.ts';

const NEED_MORE: PrefaceOutcome = { type: 'NeedMore' };
const MISSING: PrefaceOutcome = { type: 'Refuse', reason: 'ProxyHeaderMissing' };
const MALFORMED: PrefaceOutcome = { type: 'Refuse', reason: 'ProxyHeaderMalformed' };
const TOO_LONG: PrefaceOutcome = { type: 'Refuse', reason: 'ProxyHeaderTooLong' };

/** Whom a header names; its addresses are overwritten by the next one. */
const namedBy = ({ source, sourcePort, destination, destinationPort }: Header) => ({
  client: { address: source, port: sourcePort },
  destination: { address: destination, port: destinationPort },
});

/**
 * The PROXY header of the load balancer in front. The specification forbids to guess whether there is one:
 * who is trusted always sends it, and the bytes of anybody else are never taken for one.
 */
export const proxyPreface = (
  { accept, required, trustedSources, timeoutMs }: AcceptedProxyProtocol,
  backendSlot: number,
  next: Preface | undefined,
): Preface => {
  const { read, mostBytes } = READERS[accept];
  const trusted = buildAddressSet(trustedSources);
  const header = emptyHeader();
  return {
    reads: 'ProxyHeader',
    next,
    ticks: TimerWheel.ticks(timeoutMs),
    mostBytes,
    tooSlow: 'ProxyHeaderTooSlow',
    tooLong: 'ProxyHeaderTooLong',
    cutShort: 'ProxyHeaderMalformed',
    useFor(address, at) {
      if (contains(trusted, address, at)) return 'Read';
      return required ? 'ProxyHeaderUntrusted' : 'Skip';
    },
    read(bytes, length) {
      const reading = read(bytes, length, header);
      switch (reading) {
        case 'NeedMore':
          return NEED_MORE;
        case 'Missing':
          return MISSING;
        case 'Malformed':
          return MALFORMED;
        case 'TooLong':
          return TOO_LONG;
        case 'Unnamed':
          return { type: 'GoOn', backendSlot, drop: header.length };
        case 'Named':
          return { type: 'GoOn', backendSlot, drop: header.length, named: namedBy(header) };
        default:
          return reading satisfies never;
      }
    },
  };
};
