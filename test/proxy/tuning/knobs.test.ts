import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { NEEDS_OWN_NETWORK, runInOwnNetwork } from '../../program/own-network.ts';

const PROGRAM = new URL('./knobs-program.ts', import.meta.url).pathname;

/** What the kernel did for each knob, as reported by the program. */
let found: Readonly<Record<string, unknown>>;

before(() => {
  if (NEEDS_OWN_NETWORK.skip === false)
    found = runInOwnNetwork(PROGRAM, { withinMs: 200_000 }) as typeof found;
});

/**
 * Checks that both sockets of a connection have a keepalive timer with this time left, minus what has passed
 * since (`ss` omits seconds above an hour).
 */
const bothWithin = (seconds: number) => (value: unknown) => {
  assert.ok(Array.isArray(value) && value.length === 2, JSON.stringify(value));
  for (const left of value) assert.ok(left > 0.9 * seconds && left <= seconds, `${value}`);
};

const is = (expected: unknown) => (value: unknown) => assert.deepEqual(value, expected);

/**
 * Each knob of the profiles that the kernel applies, with the effect of changing it, and how to check that
 * effect.
 */
const KNOBS: readonly (readonly [
  knob: string,
  does: string,
  key: string,
  holds: (value: unknown) => void,
])[] = [
  ['net.core.somaxconn', 'is the maximum length of a listener’s accept queue', 'backlogs', is([300, 65_535])],
  ['tuning.acceptors', 'is the number of listening sockets of a port', 'acceptors', is(3)],
  [
    'net.ipv4.ip_local_port_range',
    'is the range of source ports to endpoints, except net.ipv4.ip_local_reserved_ports',
    'sourcePorts',
    (value) => {
      assert.ok(Array.isArray(value) && value.length === 30, JSON.stringify(value));
      for (const port of value)
        assert.ok((port >= 41_000 && port <= 41_003) || (port >= 41_008 && port <= 41_015), `${value}`);
    },
  ],
  [
    'net.ipv4.tcp_fin_timeout',
    'limits how long a client that never closes keeps a socket in FIN_WAIT2',
    'finTimeout',
    (value) => assert.ok(typeof value === 'number' && value > 0 && value <= 3, JSON.stringify(value)),
  ],
  [
    'no keepalive setting',
    'means that the kernel’s values apply and keepalive is on',
    'keepaliveUsual',
    bothWithin(7200),
  ],
  [
    'net.ipv4.tcp_keepalive_time',
    'is the silence after which the kernel probes a peer',
    'keepaliveTime',
    bothWithin(600),
  ],
  ['timeouts.keepalive.time', 'takes precedence over the sysctl', 'keepaliveField', bothWithin(100)],
  [
    'net.ipv4.tcp_tw_reuse',
    'allows the kernel to reuse a port in TIME_WAIT',
    'timeWaitReuse',
    is(['EADDRNOTAVAIL', 'connected']),
  ],
  [
    'net.ipv4.ip_unprivileged_port_start',
    'allows an unprivileged proxy to listen below 1024, as does NET_BIND_SERVICE; tuning.logLevel limits its log',
    'lowPorts',
    (value) => {
      assert.ok(Array.isArray(value), JSON.stringify(value));
      const [refused, ...served] = value as readonly string[];
      assert.match(refused ?? '', /net\.ipv4\.ip_unprivileged_port_start/);
      assert.deepEqual(served, ['listens, and logs something', 'listens, and logs nothing']);
    },
  ],
];

for (const [knob, does, key, holds] of KNOBS)
  test(`${knob} ${does}`, NEEDS_OWN_NETWORK, () => {
    holds(found[key]);
  });
