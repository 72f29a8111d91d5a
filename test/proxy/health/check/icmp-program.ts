import { writeFileSync } from 'node:fs';
import { createCheck } from '../../../../proxy/health/check/check.ts';
import { libc } from '../../../../proxy/sys/libc.ts';

// Runs in a network namespace of its own, in which 192.0.2.0/24 is a network without any other host, and
// 198.51.100.0/24 is not to be reached. Prints the result of an ICMP check of each address, first while the
// group of this process may not send echo requests, then when it may.
const ADDRESSES = ['127.0.0.1', '::1', '192.0.2.1', '192.0.2.2', '198.51.100.1', '203.0.113.1'];

const check = createCheck(libc());
const checkAll = () =>
  Promise.all(
    ADDRESSES.map(async (address) => {
      const kind = { type: 'ICMP' } as const;
      const result = await check(
        { address, port: 80, timeoutMs: 20_000, kind },
        new AbortController().signal,
      );
      return result.ok ? 'ok' : `${result.failure}: ${result.reason}`;
    }),
  );

const forbidden = await checkAll();
writeFileSync('/proc/sys/net/ipv4/ping_group_range', '0 2147483647');
console.log(JSON.stringify({ forbidden, allowed: await checkAll() }));
