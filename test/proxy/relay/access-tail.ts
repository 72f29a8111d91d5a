import { createInterface } from 'node:readline';
import { until } from '../../../tooling/wait/until.ts';
import type { AccessLine } from './access-lines.ts';
import type { ProxyProcess } from './proxy-process.ts';

/** The access log of a proxy as it is written, by client: cheap with many thousands of lines. */
export class AccessTail {
  #byClient = new Map<string, AccessLine>();

  constructor({ process }: ProxyProcess) {
    if (process.stdout === null) throw new Error('the output of the proxy is not piped');
    createInterface(process.stdout).on('line', (line) => {
      if (!line.includes('"log":"access"')) return;
      const entry = JSON.parse(line) as AccessLine;
      this.#byClient.set(`${entry.listener} ${entry.client}`, entry);
    });
  }

  /** The line about a connection of this client that ended at `sinceMs` or later; it must come. */
  async lineOf(listener: string, client: string, sinceMs: number): Promise<AccessLine> {
    return await until(
      `the end of ${client} of listener ${listener} is logged`,
      () => {
        const found = this.#byClient.get(`${listener} ${client}`);
        return found !== undefined && Date.parse(`${found.time}`) >= sinceMs ? found : undefined;
      },
      { everyMs: 2 },
    );
  }
}
