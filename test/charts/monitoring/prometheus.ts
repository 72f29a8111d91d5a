import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rulesFile } from '../../../charts/monitoring/rules-file.ts';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { endWithThis } from '../../end-with-this.ts';
import { prometheusProgram } from './prometheus-programs.ts';
import { shortened } from './shortened.ts';

/** A series of an answer, with its values over time. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [seconds: number, value: string])[];
}

export interface FiringAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
}

/** The real Prometheus. */
export interface Prometheus {
  /** Over all that it has scraped, every second. */
  queryAll(expr: string): Promise<readonly Series[]>;
  alerts(): Promise<readonly FiringAlert[]>;
  /** Labels of the targets that it scrapes without an error. */
  targets(): Promise<readonly Readonly<Record<string, string>>[]>;
  output(): string;
  stop(): Promise<void>;
}

interface Answer<T> {
  readonly status: string;
  readonly error?: string;
  readonly data: T;
}

/** How often everything is scraped, and rules are evaluated. */
export const INTERVAL = '1s';

/** Starts it with all alerts, to scrape by these configurations. */
export const startPrometheus = async (scrapes: readonly object[]): Promise<Prometheus> => {
  const folder = mkdtempSync(join(tmpdir(), 'l4b-prometheus-'));
  const rulesPath = join(folder, 'rules.yaml');
  const configPath = join(folder, 'prometheus.yaml');
  writeFileSync(rulesPath, rulesFile(shortened));
  const configuration = {
    global: { scrape_interval: INTERVAL, scrape_timeout: INTERVAL, evaluation_interval: INTERVAL },
    scrape_configs: scrapes,
    rule_files: [rulesPath],
  };
  writeFileSync(configPath, JSON.stringify(configuration)); // JSON is YAML
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    prometheusProgram(),
    [
      `--config.file=${configPath}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  endWithThis(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      output += data;
    });
  const startedAt = Date.now() / 1000;
  const ask = async <T>(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<T> => {
    const response = await fetch(`http://${address}/api/v1/${path}`, {
      ...(Object.keys(parameters).length === 0
        ? {}
        : { method: 'POST', body: new URLSearchParams(parameters) }),
    });
    const { status, error, data } = (await response.json()) as Answer<T>;
    if (status !== 'success') throw new Error(`Prometheus answers ${parameters.query ?? path}: ${error}`);
    return data;
  };
  await until('Prometheus is ready', async () => {
    if (child.exitCode !== null) throw new Error(`Prometheus ended:\n${output}`);
    return fetch(`http://${address}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  });
  return {
    async queryAll(expr) {
      const { result } = await ask<{ result: readonly Series[] }>('query_range', {
        query: expr,
        start: `${startedAt}`,
        end: `${Date.now() / 1000}`,
        step: '1',
      });
      return result;
    },
    alerts: async () => (await ask<{ alerts: readonly FiringAlert[] }>('alerts')).alerts,
    async targets() {
      const { activeTargets } = await ask<{
        activeTargets: readonly { labels: Readonly<Record<string, string>>; health: string }[];
      }>('targets');
      return activeTargets.filter(({ health }) => health === 'up').map(({ labels }) => labels);
    },
    output: () => output,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
