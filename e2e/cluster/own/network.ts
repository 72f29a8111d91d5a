import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { addressOf, HOSTS, NETNS_FOLDER, NODES, type Plan, SERVICE_RANGE } from './plan.ts';
import { words } from './shell.ts';

const SUBNETS = 200;

/** A subnet that no interface of this machine uses, other clusters' among them. */
export function freeSubnet(): number {
  const taken = new Set(
    Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map((each) => each.address)),
  );
  const used = [...taken].map((address) => address.split('.').slice(0, 3).join('.'));
  for (let subnet = 0; subnet < SUBNETS; subnet++) {
    if (!used.includes(`198.18.${subnet}`)) return subnet;
  }
  throw new Error(`all ${SUBNETS} networks 198.18.0.0/24 to 198.18.${SUBNETS - 1}.0/24 are in use`);
}

/**
 * A namespace for each host, a bridge in a fifth ("fab") that joins them. The machine's own network gets one end of a veth
 * pair and the route that comes with its address: no bridge, no rule, no setting.
 */
export async function createNetwork(plan: Plan, subnet: number): Promise<void> {
  const fab = plan.namespace('fab');
  await words(`ip netns add ${fab}`);
  await words(`ip -n ${fab} link add br0 type bridge`);
  await words(`ip -n ${fab} link set br0 up`);
  // The host's end first: another cluster that looks for a free subnet must see it.
  await words(`ip link add ${plan.hostInterface} type veth peer name host netns ${fab}`);
  await words(`ip addr add ${addressOf(subnet, 'host')}/24 dev ${plan.hostInterface}`);
  await words(`ip link set ${plan.hostInterface} up`);
  await words(`ip -n ${fab} link set host master br0 up`);
  await Promise.all(HOSTS.map((host) => connect(host)));

  async function connect(host: (typeof HOSTS)[number]): Promise<void> {
    const space = plan.namespace(host);
    await words(`ip netns add ${space}`);
    await words(`ip link add e0 netns ${space} type veth peer name ${host} netns ${fab}`);
    await words(`ip -n ${fab} link set ${host} master br0 up`);
    await words(`ip -n ${space} link set lo up`);
    await words(`ip -n ${space} addr add ${addressOf(subnet, host)}/24 dev e0`);
    await words(`ip -n ${space} link set e0 up`);
    await words(`nsenter --net=${join(NETNS_FOLDER, space)} sysctl -qw net.ipv4.ip_forward=1`);
    for (const node of NODES) {
      if (node.host !== host)
        await words(`ip -n ${space} route add ${node.pods} via ${addressOf(subnet, node.host)}`);
    }
    // Services exist where kube-proxy runs; clients reach them through the first node, nodes need some route at all.
    if (host === 'cl')
      await words(`ip -n ${space} route add ${SERVICE_RANGE} via ${addressOf(subnet, 'n1')}`);
    if (host === 'n1' || host === 'n2')
      await words(`ip -n ${space} route add default via ${addressOf(subnet, 'cp')}`);
  }
}

/** Takes away whatever is there of it. */
export async function removeNetwork(plan: Plan): Promise<void> {
  for (const host of [...HOSTS, 'fab'] as const) {
    const space = plan.namespace(host);
    if (existsSync(join(NETNS_FOLDER, space))) await words(`ip netns del ${space}`);
  }
  // It goes with the other end, unless a start was killed before the pair was joined.
  if (existsSync(`/sys/class/net/${plan.hostInterface}`)) await words(`ip link del ${plan.hostInterface}`);
}
