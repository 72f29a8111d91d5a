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

/** The outcome for a header that was read, whose fields are those of the last one: nothing is allocated. */
const goOn = (backendSlot: number, header: Header, isNamed: boolean): PrefaceOutcome => {
  const named = {
    client: {
      address: header.source,
      get port() {
        return header.sourcePort;
      },
    },
    destination: {
      address: header.destination,
      get port() {
        return header.destinationPort;
      },
    },
  };
  return {
    type: 'GoOn',
    backendSlot,
    get drop() {
      return header.length;
    },
    named: isNamed ? named : undefined,
  };
};

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
  const named = goOn(backendSlot, header, true);
  const unnamed = goOn(backendSlot, header, false);
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
          return unnamed;
        case 'Named':
          return named;
        default:
          return reading satisfies never;
      }
    },
  };
};
