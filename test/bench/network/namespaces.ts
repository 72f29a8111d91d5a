import { readlinkSync } from 'node:fs';
import { runChild } from '../../../tooling/process/child.ts';
import { findProgram } from '../../../tooling/process/find-program.ts';
import type { Leash } from '../../../tooling/process/leash.ts';
import { until } from '../../../tooling/wait/until.ts';
import { type Network, type Role, SHOWN_SYSCTLS } from './network.ts';
import { GUIDE, type SysctlSet } from './setting.ts';

const ROLES: readonly Role[] = ['client', 'balancer', 'endpoint'];

/**
 * From 198.18.0.0/15, which is reserved for benchmarks; there is no route from there to the machine's own
 * network.
 */
const ADDRESS: Readonly<Record<Role, string>> = {
  client: '198.18.0.1',
  balancer: '198.18.0.2',
  endpoint: '198.18.0.3',
};

/**
 * Sysctls of the client and the endpoints, the same for all peers: clients have enough ports, and queues are
 * long, so that neither is exhausted first.
 */
const FIXED: Readonly<Record<'client' | 'endpoint', Readonly<Record<string, string>>>> = {
  client: { 'net.ipv4.tcp_tw_reuse': '1', 'net.ipv4.ip_local_port_range': '1024 65535' },
  endpoint: { 'net.core.somaxconn': '65535' },
};

/** Why namespaces cannot be created here; undefined if they can. */
export const whyNoNamespaces = (): string | undefined => {
  if (process.getuid?.() !== 0) return 'only root can create network namespaces: run as root';
  const missing = ['unshare', 'nsenter', 'ip', 'sysctl'].filter((name) => findProgram(name) === undefined);
  return missing.length === 0
    ? undefined
    : `${missing.join(', ')} not installed; on Debian and Ubuntu: apt-get install util-linux iproute2 procps`;
};

/**
 * The commands that create the bridge, in the language of `ip -batch`. `pids` hold the namespaces of the
 * roles.
 */
export const bridgeBatch = (pids: Readonly<Record<Role, number>>): string =>
  [
    'link add br0 type bridge',
    'link set br0 up',
    ...ROLES.flatMap((role) => [
      `link add ${role} type veth peer name e0 netns ${pids[role]}`,
      `link set ${role} master br0 up`,
    ]),
  ].join('\n');

const hostBatch = (role: Role): string =>
  ['link set lo up', `addr add ${ADDRESS[role]}/24 dev e0`, 'link set e0 up'].join('\n');

/**
 * Creates a namespace for each role, connected by a bridge in a fourth. Each is held by a sleeping process on
 * the leash, and not by a name or a mount, so that everything ends with the leash, even if the bench is
 * killed.
 */
export const openNamespaces = async (leash: Leash, set: SysctlSet, signal: AbortSignal): Promise<Network> => {
  const ours = readlinkSync('/proc/self/ns/net');
  const hold = async (name: string): Promise<number> => {
    const child = leash.start(`${name}-network`, 'unshare', ['--net', '--', 'sleep', 'infinity']);
    const { pid } = child;
    if (pid === undefined) throw new Error('unshare could not be started');
    await until(`the network namespace of the ${name}`, async () => {
      signal.throwIfAborted();
      return readlinkSync(`/proc/${pid}/ns/net`) !== ours;
    });
    return pid;
  };
  const [client, balancer, endpoint, bridge] = await Promise.all(
    ['client', 'balancer', 'endpoint', 'bridge'].map(hold),
  );
  if (!client || !balancer || !endpoint || !bridge) throw new Error('a namespace is missing');
  const pids = { client, balancer, endpoint };
  const enter = (pid: number): [string, string, string] => ['nsenter', `--net=/proc/${pid}/ns/net`, '--'];
  const batch = (pid: number, input: string) =>
    runChild([...enter(pid), 'ip', '-batch', '-'], { input: `${input}\n`, signal });
  const write = (role: Role, values: Readonly<Record<string, string>>) =>
    runChild(
      [
        ...enter(pids[role]),
        'sysctl',
        '-qw',
        ...Object.entries(values).map(([name, value]) => `${name}=${value}`),
      ],
      { signal },
    );

  await batch(bridge, bridgeBatch(pids));
  await Promise.all(ROLES.map((role) => batch(pids[role], hostBatch(role))));
  await Promise.all([write('client', FIXED.client), write('endpoint', FIXED.endpoint)]);
  if (set === 'guide') await write('balancer', GUIDE);
  const read = await runChild([...enter(balancer), 'sysctl', '-n', ...SHOWN_SYSCTLS], { signal });
  const values = read.trim().split('\n');
  return {
    address: ADDRESS,
    inside: (role) => enter(pids[role]),
    sysctls: Object.fromEntries(
      SHOWN_SYSCTLS.map((name, index) => [name, (values[index] ?? '').replace(/\s+/g, ' ')]),
    ),
  };
};
