import type { Finding } from '../../crds/finding.ts';
import { formatListenAddress, type ListenAddress } from '../../program/listen-address.ts';
import { type Binding, bindingOf, bindingText, overlap } from '../configuration/binding.ts';

/** Says that this proxy's admin endpoint holds a port, worded for a listener that wants it. */
export const heldByAdmin = (admin: ListenAddress): string =>
  `the admin endpoint of this proxy uses it (L4B_ADMIN ${formatListenAddress(admin)}). Choose another port, or another admin address with --admin or L4B_ADMIN`;

/**
 * Findings about listeners that a single proxy outside a cluster cannot open: two with the same binding, or
 * one with that of the admin endpoint. The rules of the resource assume pods, with a Service in front and an
 * admin port in the spec. `portAt` returns where the port of the listener with an index is written.
 */
export const ownPortFindings = (
  listeners: readonly (Binding & { readonly name: string })[],
  admin: ListenAddress,
  portAt: (index: number) => Pick<Finding, 'path' | 'line'>,
): readonly Finding[] => {
  const ofAdmin = bindingOf({ protocol: 'TCP', port: admin.port, address: admin.host });
  return listeners.flatMap((binding, i): readonly Finding[] => {
    const finding = (message: string): Finding => ({ ...portAt(i), message });
    const first = listeners.findIndex((other) => overlap(other, binding));
    const found =
      first < i
        ? [finding(`${bindingText(binding)} is already used by listener "${listeners[first]?.name}"`)]
        : [];
    // With port 0 the kernel chooses the port, so it is not known beforehand.
    if (admin.port === 0 || !overlap(ofAdmin, binding)) return found;
    return [...found, finding(`${binding.port} cannot be used: ${heldByAdmin(admin)}`)];
  });
};
