import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { NEEDS_OWN_NETWORK, runInOwnNetwork } from '../../program/own-network.ts';

const PROGRAM = new URL('./knobs-program.ts', import.meta.url).pathname;

/** What the kernel did for each knob; see the program. */
let found: Readonly<Record<string, unknown>>;

before(() => {
  if (NEEDS_OWN_NETWORK.skip === false)
    found = runInOwnNetwork(PROGRAM, { withinMs: 200_000 }) as typeof found;
});

/** Both of a connection's sockets have a keepalive timer, and what is left of it is this time, less what has passed since (`ss` leaves out seconds above an hour). */
const bothWithin = (seconds: number) => (value: unknown) => {
  assert.ok(Array.isArray(value) && value.length === 2, JSON.stringify(value));
  for (const left of value) assert.ok(left > 0.9 * seconds && left <= seconds, `${value}`);
};

const is = (expected: unknown) => (value: unknown) => assert.deepEqual(value, expected);

/** Each knob of the profiles that the kernel keeps, with what it does when the knob is turned; the rest is proved where the last column says. */
const KNOBS: readonly (readonly [
  knob: string,
  does: string,
  key: string,
  holds: (value: unknown) => void,
])[] = [
  ['net.core.somaxconn', 'is the longest that the queue of a listener gets', 'backlogs', is([300, 65_535])],
  ['tuning.acceptors', 'is the number of listening sockets of a port', 'acceptors', is(3)],
  [
    'net.ipv4.ip_local_port_range',
    'is where connections to endpoints come from, without net.ipv4.ip_local_reserved_ports',
    'sourcePorts',
    (value) => {
      assert.ok(Array.isArray(value) && value.length === 30, JSON.stringify(value));
      for (const port of value)
        assert.ok((port >= 41_000 && port <= 41_003) || (port >= 41_008 && port <= 41_015), `${value}`);
    },
  ],
  [
    'net.ipv4.tcp_fin_timeout',
    'ends what a client that never ends leaves in FIN_WAIT2',
    'finTimeout',
    (value) => assert.ok(typeof value === 'number' && value > 0 && value <= 3, JSON.stringify(value)),
  ],
  ['no keepalive', 'is the kernel’s, and on', 'keepaliveUsual', bothWithin(7200)],
  ['net.ipv4.tcp_keepalive_time', 'is when a silent peer is asked', 'keepaliveTime', bothWithin(600)],
  ['timeouts.keepalive.time', 'goes before the sysctl', 'keepaliveField', bothWithin(100)],
  [
    'net.ipv4.tcp_tw_reuse',
    'lets the kernel use a port in TIME_WAIT again',
    'timeWaitReuse',
    is(['EADDRNOTAVAIL', 'connected']),
  ],
  [
    'net.ipv4.ip_unprivileged_port_start',
    'lets a proxy without rights listen below 1024, and so does the capability NET_BIND_SERVICE; tuning.logLevel is how much it says',
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
