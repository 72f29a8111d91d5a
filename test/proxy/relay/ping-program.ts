import { writeFileSync } from 'node:fs';
import { ProxyProcess } from './proxy-process.ts';

// Runs in a network namespace of its own, in which at first no group may send echo requests. Prints the
// findings and the health of an endpoint that is checked by ICMP, before and after that is allowed.
const proxy = await ProxyProcess.start({
  listeners: [{ name: 'l', port: 8080, backend: 'web' }],
  backends: [
    {
      name: 'web',
      endpoints: [{ address: '127.0.0.1', port: 8081 }],
      healthCheck: { type: 'ICMP', interval: '200ms', timeout: '200ms' },
    },
  ],
});
const seen = async () => {
  const { findings, backends } = await proxy.status();
  const { health, used } = backends[0]?.endpoints[0] ?? {};
  return { findings: findings.map(({ code, path, message }) => `${code} ${path} ${message}`), health, used };
};
try {
  await proxy.until('reporting that it cannot check', async () => (await seen()).findings.length > 0);
  const forbidden = await seen();
  writeFileSync('/proc/sys/net/ipv4/ping_group_range', '0 2147483647');
  await proxy.until('checking', async () => (await seen()).health === 'Healthy');
  const { health, used } = await seen();
  console.log(JSON.stringify({ forbidden, allowed: { health, used } }));
} finally {
  await proxy.stop();
}
