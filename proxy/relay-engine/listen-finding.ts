import type { ProxyFinding } from '../../report/finding.ts';
import { EACCES, EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT, EMFILE, ENFILE } from '../sys/sys.ts';
import type { TableListener } from '../table/table.ts';

/** A system call failed while a listening socket was being opened. */
export class BindRefused extends Error {
  readonly errno: number;
  readonly call: string;
  constructor(call: string, errno: number) {
    super(`${call}: errno ${errno}`);
    this.call = call;
    this.errno = errno;
  }
}

const NO_ADDRESS =
  'this machine has no such address. Correct the address, or omit it to listen on all addresses';
const REMEDIES: Readonly<Record<number, string>> = {
  [EADDRINUSE]: 'another process or connection holds it. Free the port or choose another one',
  [EADDRNOTAVAIL]: NO_ADDRESS,
  [EAFNOSUPPORT]: NO_ADDRESS,
  [EACCES]:
    'ports below net.ipv4.ip_unprivileged_port_start need CAP_NET_BIND_SERVICE. Lower that sysctl or choose a higher port',
  [EMFILE]: 'the process has no file descriptors left for it. Raise its limit (tuning.fileDescriptors)',
  [ENFILE]: 'the machine has no file descriptors left. Raise fs.file-max on the node',
};

/** Why a listener is not served. `holder` says what in this process uses the port, if known. */
export const listenFinding = (
  { name, protocol, address, port }: Pick<TableListener, 'name' | 'protocol' | 'address' | 'port'>,
  { call, errno }: BindRefused,
  holder: string | undefined,
): ProxyFinding => {
  const why =
    errno === EADDRINUSE && holder !== undefined
      ? holder
      : (REMEDIES[errno] ?? `${call} failed with errno ${errno}`);
  const field = errno === EADDRNOTAVAIL || errno === EAFNOSUPPORT ? 'address' : 'port';
  return {
    code: errno === EADDRINUSE ? 'PortTaken' : 'ListenerNotOpened',
    listener: name,
    path: `spec.listeners[${name}].${field}`,
    message: `Cannot listen on ${address === undefined ? '' : `address ${address} `}${protocol === 'TCP' ? '' : `${protocol} `}port ${port}: ${why}. It is tried again every few seconds; the other listeners serve.`,
  };
};
