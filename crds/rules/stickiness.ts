import type { Listener, Stickiness } from '../listener.ts';
import { problemIf, rule } from './rule.ts';

/** The longest connection ID of QUIC. */
const MOST_ID_BYTES = 20;

const onlyWithUdp = rule<Listener>({
  id: 'stickiness-protocol',
  scope: 'spec.listeners[]',
  reads: ['protocol', 'stickiness'],
  rule: "!has(self.stickiness) || self.protocol == 'UDP'",
  message: 'stickiness requires protocol UDP, which QUIC uses: set it, or remove stickiness',
  fieldPath: '.stickiness',
  check: ({ protocol, stickiness }) =>
    problemIf(
      stickiness !== undefined && protocol !== 'UDP',
      ['stickiness'],
      'requires protocol UDP, which QUIC uses: set it, or remove stickiness',
    ),
});

const serverIdFits = rule<NonNullable<Stickiness['serverId']>>({
  id: 'stickiness-server-id',
  scope: 'spec.listeners[].stickiness.serverId',
  reads: ['offset', 'length'],
  rule: `self.offset + self.length <= ${MOST_ID_BYTES}`,
  message: `offset and length are more than ${MOST_ID_BYTES} together: no connection ID is longer`,
  fieldPath: '.length',
  check: ({ offset, length }) =>
    problemIf(
      offset + length > MOST_ID_BYTES,
      ['length'],
      `${length} bytes from byte ${offset} on are more than ${MOST_ID_BYTES}: no connection ID is longer`,
    ),
});

export const STICKINESS_RULES = [onlyWithUdp, serverIdFits];
