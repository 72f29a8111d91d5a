import koffi from 'koffi';
import { pinnedMemory } from './memory.ts';

/** Allows a process to listen below net.ipv4.ip_unprivileged_port_start. */
export const CAP_NET_BIND_SERVICE = 10;
/** Allows a process to raise its hard limits (linux/capability.h). */
export const CAP_SYS_RESOURCE = 24;

const VERSION_3 = 0x20080522;
const EFFECTIVE = 0;
const PERMITTED = 4;
const BYTES_PER_WORD = 12; // effective, permitted, inheritable: 32 capabilities each

/**
 * Makes a capability effective for the calling thread if the process is permitted to have it, and returns if
 * it is effective now. The file capability is `+p`, which only permits it to a process that is not root: with
 * `+ep` the program could not start in a container that drops the capability.
 */
export const makeEffective = (capability: number): boolean => {
  const libc = koffi.load(null);
  const capget = libc.func('capget', 'int', ['uintptr_t', 'uintptr_t']);
  const capset = libc.func('capset', 'int', ['uintptr_t', 'uintptr_t']);
  const { view, address } = pinnedMemory(128); // struct __user_cap_header_struct at 0, two data structs at 64
  view.setUint32(0, VERSION_3, true);
  if (capget(address, address + 64) !== 0) return false;
  const word = 64 + Math.floor(capability / 32) * BYTES_PER_WORD;
  const bit = 1 << (capability % 32);
  if ((view.getUint32(word + PERMITTED, true) & bit) === 0) return false;
  const effective = view.getUint32(word + EFFECTIVE, true);
  if ((effective & bit) !== 0) return true;
  view.setUint32(word + EFFECTIVE, (effective | bit) >>> 0, true);
  return capset(address, address + 64) === 0;
};
