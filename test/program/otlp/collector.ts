import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { endWithThis } from '../../end-with-this.ts';
import { goProgram } from '../../go-program.ts';

const SOURCE = fileURLToPath(new URL('./collector/', import.meta.url));

/** Path of OpenTelemetry's collector, with what tests need of it. */
const collectorProgram = (): Promise<string> =>
  goProgram('collector', SOURCE, 'OpenTelemetry’s collector for tests of OTLP');

type Value = { readonly stringValue?: string; readonly intValue?: string; readonly doubleValue?: number } & {
  readonly arrayValue?: { readonly values: readonly Value[] };
};
type Attribute = { readonly key: string; readonly value: Value };
type Point = {
  readonly attributes?: readonly Attribute[];
  readonly asDouble?: number;
  readonly count?: string;
  readonly sum?: number;
  readonly bucketCounts?: readonly string[];
  readonly explicitBounds?: readonly number[];
};
type Metric = { readonly name: string; readonly unit?: string } & Partial<
  Readonly<Record<'sum' | 'gauge' | 'histogram', { readonly dataPoints: readonly Point[] }>>
>;
type Logged = {
  readonly timeUnixNano: string;
  readonly severityText: string;
  readonly eventName: string;
  readonly body: Value;
  readonly attributes?: readonly Attribute[];
};
type Resource = { readonly resource: { readonly attributes?: readonly Attribute[] } };
type Received = {
  readonly resourceLogs?: readonly (Resource & {
    readonly scopeLogs: readonly { readonly logRecords: readonly Logged[] }[];
  })[];
  readonly resourceMetrics?: readonly (Resource & {
    readonly scopeMetrics: readonly { readonly metrics: readonly Metric[] }[];
  })[];
};

/** A record of a log, as the collector has it. */
export interface ReceivedRecord {
  readonly timeMs: number;
  readonly severity: string;
  readonly event: string;
  readonly body: unknown;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
}

const plain = (value: Value): unknown =>
  value.stringValue ??
  (value.intValue === undefined ? undefined : Number(value.intValue)) ??
  value.doubleValue ??
  value.arrayValue?.values.map(plain);

const attributesOf = (attributes: readonly Attribute[] = []): Readonly<Record<string, unknown>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));

/** The real collector, which passes on to this process what it has received. */
export class Collector {
  readonly endpoint: string;
  readonly #sink: Server;
  readonly #folder: string;
  readonly #received: Received[] = [];
  #process: ChildProcess | undefined;
  #output = '';

  private constructor(port: number, sink: Server, folder: string) {
    this.endpoint = `http://127.0.0.1:${port}`;
    this.#sink = sink;
    this.#folder = folder;
  }

  /** One that does not run yet. */
  static async prepare(): Promise<Collector> {
    const port = await freePort();
    const sink = createServer(async (request, response) => {
      collector.#received.push(JSON.parse(await text(request)) as Received);
      response.setHeader('content-type', 'application/json').end('{}');
    }).listen(0, '127.0.0.1');
    await once(sink, 'listening');
    const collector = new Collector(port, sink, await mkdtemp(join(tmpdir(), 'l4b-collector-')));
    const to = {
      endpoint: `http://127.0.0.1:${(sink.address() as AddressInfo).port}`,
      encoding: 'json',
      compression: 'none',
      sending_queue: { enabled: false },
      retry_on_failure: { enabled: false },
    };
    const pipeline = { receivers: ['otlp'], exporters: ['otlp_http'] };
    await writeFile(
      collector.#file,
      JSON.stringify({
        receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
        exporters: { otlp_http: to },
        service: {
          telemetry: { metrics: { level: 'none' } },
          pipelines: { logs: pipeline, metrics: pipeline },
        },
      }),
    );
    return collector;
  }

  static async start(): Promise<Collector> {
    const collector = await Collector.prepare();
    await collector.start();
    return collector;
  }

  async start(): Promise<void> {
    const program = await collectorProgram();
    const child = spawn(program, ['--config', `file:${this.#file}`], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#process = child;
    endWithThis(child);
    this.#output = '';
    child.stderr.on('data', (data: Buffer) => {
      this.#output += data.toString();
    });
    await until('the collector is ready', () => this.#output.includes('Everything is ready'), {
      seen: () => this.#output,
    });
  }

  /** Ends the collector; it can be started again. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async stop(): Promise<void> {
    await this.kill();
    this.#sink.closeAllConnections();
    this.#sink.close();
    await rm(this.#folder, { recursive: true });
  }

  /** All records of logs, in the order in which they came. */
  get records(): readonly ReceivedRecord[] {
    return this.#received.flatMap(({ resourceLogs = [] }) =>
      resourceLogs.flatMap(({ resource, scopeLogs }) =>
        scopeLogs.flatMap(({ logRecords }) =>
          logRecords.map(({ timeUnixNano, severityText, eventName, body, attributes }) => ({
            timeMs: Number(BigInt(timeUnixNano) / 1_000_000n),
            severity: severityText,
            event: eventName,
            body: plain(body),
            attributes: attributesOf(attributes),
            resource: attributesOf(resource.attributes),
          })),
        ),
      ),
    );
  }

  /** The metrics that came last, by name. */
  get metrics(): ReadonlyMap<string, Metric> {
    return new Map(
      this.#received.flatMap(({ resourceMetrics = [] }) =>
        resourceMetrics.flatMap(({ scopeMetrics }) =>
          scopeMetrics.flatMap(({ metrics }) =>
            metrics.map((metric): [string, Metric] => [metric.name, metric]),
          ),
        ),
      ),
    );
  }

  /** What came last of a counter or a gauge, by its labels in the order of their names. */
  values(name: string): ReadonlyMap<string, number> {
    const { sum, gauge } = this.metrics.get(name) ?? {};
    return new Map(
      (sum ?? gauge)?.dataPoints.map(({ attributes, asDouble = 0 }) => [
        JSON.stringify(Object.entries(attributesOf(attributes)).sort()),
        asDouble,
      ]),
    );
  }

  get #file(): string {
    return join(this.#folder, 'config.yaml');
  }
}
