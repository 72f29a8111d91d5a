import type { Finding } from '../../crds/finding.ts';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Path } from '../../crds/path.ts';
import { formatListenAddress, type ListenAddress } from '../../program/listen-address.ts';
import { bindingOf, bindingText, overlap } from '../configuration/binding.ts';

/** Says that this proxy's admin endpoint holds a port, worded for a listener that wants it. */
export const heldByAdmin = (admin: ListenAddress): string =>
  `the admin endpoint of this proxy uses it (L4B_ADMIN ${formatListenAddress(admin)}). Choose another port, or another admin address with --admin or L4B_ADMIN`;

/**
 * Findings about listeners that a single proxy outside a cluster cannot open: two with the same binding, or
 * one with that of the admin endpoint. The rules of the resource assume pods, with a Service in front and an
 * admin port in the spec.
 */
export const ownPortFindings = (
  { listeners }: Pick<L4BalancerSpec, 'listeners'>,
  admin: ListenAddress,
  lineOf: (path: Path) => number | undefined,
): readonly Finding[] => {
  const bindings = listeners.map(bindingOf);
  const ofAdmin = bindingOf({ protocol: 'TCP', port: admin.port, address: admin.host });
  return bindings.flatMap((binding, i): readonly Finding[] => {
    const at = lineOf(['spec', 'listeners', i, 'port']);
    const finding = (message: string): Finding => ({
      path: `spec.listeners[${i}].port`,
      message,
      ...(at === undefined ? {} : { line: at }),
    });
    const first = bindings.findIndex((other) => overlap(other, binding));
    const found =
      first < i
        ? [finding(`${bindingText(binding)} is already used by listener "${listeners[first]?.name}"`)]
        : [];
    // With port 0 the kernel chooses the port, so it is not known beforehand.
    if (admin.port === 0 || !overlap(ofAdmin, binding)) return found;
    return [...found, finding(`${binding.port} cannot be used: ${heldByAdmin(admin)}`)];
  });
};
