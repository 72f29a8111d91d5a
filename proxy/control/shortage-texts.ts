import type { FindingCode } from '../../report/finding.ts';
import type { AcceptErrno } from '../engine/accept-errno.ts';

/**
 * What is short when clients cannot be accepted, and what to do; `path` points to the related part of the
 * resource.
 */
export interface ShortageText {
  readonly code: FindingCode;
  readonly path: string;
  readonly what: string;
  readonly todo: string;
}

const MEMORY: ShortageText = {
  code: 'MemoryShort',
  path: 'spec.workload.resources',
  what: 'the kernel is out of memory for sockets',
  todo: "Raise the pods' memory limit (workload.resources) or net.ipv4.tcp_mem on the node, or add replicas.",
};

export const SHORTAGES: Readonly<Record<AcceptErrno, ShortageText>> = {
  EMFILE: {
    code: 'DescriptorsShort',
    path: 'spec.tuning.fileDescriptors',
    what: 'the process is out of file descriptors',
    todo: "Raise spec.tuning.fileDescriptors and the container runtime's limit, or add replicas.",
  },
  ENFILE: {
    code: 'DescriptorsShort',
    path: 'spec.tuning.fileDescriptors',
    what: 'the node is out of file descriptors, regardless of the limit of this process',
    todo: 'Raise fs.file-max on the node, or move programs with many open files to another node.',
  },
  ENOBUFS: MEMORY,
  ENOMEM: MEMORY,
  other: {
    code: 'ClientsRefused',
    path: 'spec.listeners',
    what: 'the kernel rejects them for a reason other than file descriptors or memory',
    todo: 'The log contains the errno: 28 means fs.epoll.max_user_watches of the node, 1 a rule of its firewall or of seccomp.',
  },
};
