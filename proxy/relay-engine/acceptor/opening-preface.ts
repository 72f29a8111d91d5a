import type { TlsPolicy } from '../../configuration/listener-policy.ts';
import { MOST_OPENING_BYTES } from '../../start-tls/opening.ts';
import { OPENINGS, type StartTls } from '../../start-tls/openings.ts';
import type { Preface } from './preface.ts';
import { TimerWheel } from './timer-wheel.ts';

/**
 * What a protocol says in the clear before TLS: the client is answered as its server would, which is not
 * known until it has named it in `hello`. Then the endpoint is told what the client has said
 * (endpoint-opening.ts).
 */
export const openingPreface = (
  startTls: StartTls,
  { timeoutMs }: TlsPolicy,
  backendSlot: number,
  hello: Preface,
): Preface => {
  const { client, endpoint } = OPENINGS[startTls];
  return {
    reads: 'Opening',
    next: hello,
    greeting: client.greeting,
    endpoint,
    ticks: TimerWheel.ticks(timeoutMs),
    mostBytes: MOST_OPENING_BYTES,
    tooSlow: 'TlsHelloTooSlow',
    tooLong: 'StartTlsMalformed',
    cutShort: 'StartTlsMissing',
    read(bytes, length, step) {
      const next = client.read(bytes, length, step);
      switch (next.type) {
        case 'NeedMore':
        case 'Answer':
          return next;
        case 'TlsFollows': {
          const { type: _, ...said } = next;
          return { type: 'GoOn', backendSlot, ...said };
        }
        case 'Refuse':
          return { type: 'Refuse', reason: next.problem, send: next.send };
        default:
          return next satisfies never;
      }
    },
  };
};
