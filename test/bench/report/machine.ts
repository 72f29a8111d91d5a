import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, machine, release, totalmem, type } from 'node:os';

/** The machine on which the figures were measured. */
export interface Machine {
  readonly kernel: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly fileLimit: number;
  /** Load over one minute before the bench began. */
  readonly load: number;
}

/** Hard limit of open files in the text of /proc/self/limits. */
export const parseFileLimit = (text: string): number => {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(text)?.[1];
  return hard === undefined || hard === 'unlimited' ? 1_048_576 : Number(hard);
};

export const describeMachine = (): Machine => ({
  kernel: `${type()} ${release()} ${machine()}`,
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.versions.node,
  fileLimit: parseFileLimit(readFileSync('/proc/self/limits', 'utf8')),
  load: loadavg()[0] ?? 0,
});

export const renderMachine = (m: Machine): string =>
  [
    `${m.cores} cores of ${m.processor}, ${m.memoryGiB} GiB, ${m.kernel}, node ${m.node}`,
    `at most ${m.fileLimit} open files per process`,
    `load before the bench ${m.load.toFixed(2)}${m.load > m.cores / 4 ? ': the machine is busy; stop other programs to get meaningful figures' : ''}`,
    'clients, balancer and endpoints share these cores: read the ratios, not the absolutes',
  ].join('\n');
