import type { FindingCode } from '../../report/finding.ts';
import type { AcceptErrno } from '../engine/accept-errno.ts';

/** What ran out when clients are not taken, and what to do; `path` is where the resource says something about it. */
export interface ShortageText {
  readonly code: FindingCode;
  readonly path: string;
  readonly what: string;
  readonly todo: string;
}

const MEMORY: ShortageText = {
  code: 'MemoryShort',
  path: 'spec.workload.resources',
  what: 'the kernel has no memory for sockets',
  todo: "Raise the pods' memory limit (workload.resources) or net.ipv4.tcp_mem on the node, or add replicas.",
};

export const SHORTAGES: Readonly<Record<AcceptErrno, ShortageText>> = {
  EMFILE: {
    code: 'DescriptorsShort',
    path: 'spec.tuning.fileDescriptors',
    what: 'file descriptors have run out',
    todo: "Raise spec.tuning.fileDescriptors and the container runtime's limit, or add replicas.",
  },
  ENFILE: {
    code: 'DescriptorsShort',
    path: 'spec.tuning.fileDescriptors',
    what: 'the node has no file descriptors left, whatever the limit of this process is',
    todo: 'Raise fs.file-max on the node, or move programs with many open files to another one.',
  },
  ENOBUFS: MEMORY,
  ENOMEM: MEMORY,
  other: {
    code: 'ClientsRefused',
    path: 'spec.listeners',
    what: 'the kernel refuses them for another reason than file descriptors or memory',
    todo: 'The log names the errno: 28 is fs.epoll.max_user_watches of the node, 1 a rule of its firewall or seccomp.',
  },
};
