import { readFileSync } from 'node:fs';
import { type Network, SHOWN_SYSCTLS } from './network.ts';

const sysctl = (name: string): string =>
  readFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, 'utf8')
    .trim()
    .replace(/\s+/g, ' ');

/** The machine's own network: clients, balancer and endpoints are at 127.0.0.1. */
export const loopback = (): Network => ({
  address: { client: '127.0.0.1', balancer: '127.0.0.1', endpoint: '127.0.0.1' },
  inside: () => [],
  sysctls: Object.fromEntries(SHOWN_SYSCTLS.map((name) => [name, sysctl(name)])),
});
