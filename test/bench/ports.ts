import { freePort } from '../cluster/free-port.ts';

/** `count` different TCP ports, at least one, that nobody listens on. */
export const freePorts = async (count: number): Promise<[number, ...number[]]> => {
  const ports: [number, ...number[]] = [await freePort()];
  while (ports.length < count) ports.push(await freePort());
  return ports;
};
