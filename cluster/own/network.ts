import { existsSync, readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { daemonPid, onHost, startDaemon } from './daemon.ts';
import { addressOf, HOSTS, type Host, NODES, type Plan, SERVICE_RANGE } from './plan.ts';
import { shLine } from './shell.ts';

const SUBNETS = 200;
const GONE_WITHIN_MS = 10_000;

/** A subnet that no interface of this machine uses, those of other clusters included. */
export function freeSubnet(): number {
  const addresses = Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).map((each) => each.address),
  );
  const used = new Set(addresses.map((address) => address.split('.').slice(0, 3).join('.')));
  for (let subnet = 0; subnet < SUBNETS; subnet++) {
    if (!used.has(`198.18.${subnet}`)) return subnet;
  }
  throw new Error(`all ${SUBNETS} networks 198.18.0.0/24 to 198.18.${SUBNETS - 1}.0/24 are in use`);
}

/**
 * Creates a network namespace for each host, and a bridge in a fifth ("fab") that joins them. The machine's
 * own network gets one end of a veth pair and the route that comes with its address: no bridge, no rule, no
 * setting. Each namespace is held by a sleeping process and not by a name or a mount, so that it ends with
 * its processes.
 */
export async function createNetwork(plan: Plan, subnet: number): Promise<void> {
  await Promise.all([...HOSTS, 'fab' as const].map((host) => createNamespace(plan, host)));
  const inside = (host: Host | 'fab', command: string) => shLine([...onHost(plan, host), command].join(' '));
  const pid = (host: Host | 'fab') => daemonPid(plan, namespaceDaemon(host));

  await inside('fab', 'ip link add br0 type bridge');
  await inside('fab', 'ip link set br0 up');
  // The machine's end comes first: another cluster that looks for a free subnet must see it.
  await shLine(`ip link add ${plan.hostInterface} type veth peer name host netns ${pid('fab')}`);
  await shLine(`ip addr add ${addressOf(subnet, 'host')}/24 dev ${plan.hostInterface}`);
  await shLine(`ip link set ${plan.hostInterface} up`);
  await inside('fab', 'ip link set host master br0 up');
  await Promise.all(HOSTS.map(connect));

  async function connect(host: Host): Promise<void> {
    await inside('fab', `ip link add ${host} type veth peer name e0 netns ${pid(host)}`);
    await inside('fab', `ip link set ${host} master br0 up`);
    await inside(host, 'ip link set lo up');
    await inside(host, `ip addr add ${addressOf(subnet, host)}/24 dev e0`);
    await inside(host, 'ip link set e0 up');
    await inside(host, 'sysctl -qw net.ipv4.ip_forward=1');
    for (const node of NODES) {
      if (node.host !== host)
        await inside(host, `ip route add ${node.pods} via ${addressOf(subnet, node.host)}`);
    }
    // Services exist only on hosts with kube-proxy: clients reach them through the first node. A node needs
    // some default route, or its own connections to Services fail before kube-proxy's rules apply.
    if (host === 'cl') await inside(host, `ip route add ${SERVICE_RANGE} via ${addressOf(subnet, 'n1')}`);
    if (host === 'n1' || host === 'n2')
      await inside(host, `ip route add default via ${addressOf(subnet, 'cp')}`);
  }
}

async function createNamespace(plan: Plan, host: Host | 'fab'): Promise<void> {
  const pid = await startDaemon(plan, namespaceDaemon(host), ['unshare', '--net', '--', 'sleep', 'infinity']);
  const ours = readlinkSync('/proc/self/ns/net');
  while (readlinkSync(`/proc/${pid}/ns/net`) === ours) await sleep(5); // throws if it has ended
}

/** Removes the machine's end of the veth pair. The rest ended with the processes of the cluster. */
export async function removeNetwork(plan: Plan): Promise<void> {
  const deadline = performance.now() + GONE_WITHIN_MS;
  const exists = () => existsSync(`/sys/class/net/${plan.hostInterface}`);
  while (exists()) {
    try {
      await shLine(`ip link del ${plan.hostInterface}`);
    } catch (cause) {
      // The kernel removes it by itself, a moment after the namespace of the other end.
      if (exists() && performance.now() > deadline) throw cause;
    }
  }
}

/** Name of the daemon that holds a host's network namespace; `onHost` looks for it. */
function namespaceDaemon(host: Host | 'fab'): string {
  return `${host}-network`;
}
