import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isReplyTo } from '../../../../proxy/health/check/icmp.ts';
import { Random } from '../../../crds/random.ts';
import { NEEDS_OWN_NETWORK, runInOwnNetwork } from '../../../program/own-network.ts';

const PROGRAM = new URL('./icmp-program.ts', import.meta.url).pathname;
const PREPARE = `
echo "1 0" > /proc/sys/net/ipv4/ping_group_range
ip link add left type veth peer name right
ip address add 192.0.2.1/24 dev left
ip link set left up
ip link set right up
ip route add unreachable 198.51.100.0/24
`;
const FORBIDDEN =
  'Local: the proxy may not send ICMP: set the sysctl net.ipv4.ping_group_range to "0 2147483647", in a cluster in spec.tuning.sysctls or on the node, or choose another type of check';

test(
  'an ICMP check succeeds if the address answers, fails if there is no way to it, and is Local where the kernel forbids it',
  NEEDS_OWN_NETWORK,
  () => {
    assert.deepEqual(runInOwnNetwork(PROGRAM, { prepare: PREPARE }), {
      forbidden: Array(6).fill(FORBIDDEN),
      allowed: [
        'ok',
        'ok',
        'ok',
        'Unreachable: no route to the host',
        'Unreachable: no route to the host',
        'Unreachable: no route to the network',
      ],
    });
  },
);

const REQUESTS = { IPv4: [8, 0], IPv6: [128, 129] } as const;
for (const [family, [asked, replied]] of Object.entries(REQUESTS))
  test(`only a reply of ${family} with the random bytes of the request passes an ICMP check`, () => {
    const random = new Random(1);
    const message = (type: number, token: Buffer): Buffer =>
      Buffer.concat([Buffer.from([type, 0, 0xab, 0xcd, 0, 9, 0, 1]), token]);
    const token = Buffer.from(Array.from({ length: 16 }, () => random.integer(0, 255)));
    const request = message(asked, token);
    assert.equal(isReplyTo(request, message(replied, token)), true);
    assert.equal(isReplyTo(request, request), false, 'the request itself');
    assert.equal(isReplyTo(request, message(replied, token.subarray(1))), false, 'too short');
    assert.equal(isReplyTo(request, message(replied, Buffer.concat([token, token]))), false, 'too long');
    for (let i = 0; i < 100_000; i++) {
      const length = random.integer(0, 40);
      const wrong = Buffer.from(Array.from({ length }, () => random.integer(0, 255)));
      if (length > 0) wrong[0] = replied;
      assert.equal(isReplyTo(request, wrong), false, wrong.toString('hex'));
    }
  });
