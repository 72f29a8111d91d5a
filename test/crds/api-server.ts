import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { API_VERSION, PLURAL } from '../../crds/resource-type.ts';
import type { Loose } from './base-manifest.ts';

/** Response of the API server to the dry run of creating an L4Balancer. */
export interface Answer {
  readonly accepted: boolean;
  /** The object as it would be stored; the Status if refused. */
  readonly body: Loose;
  /** What is wrong, and where; empty if accepted. */
  readonly causes: readonly { readonly field: string; readonly message: string }[];
}

interface Response {
  readonly status: number | undefined;
  readonly body: Loose;
}

const TRIES = 5;

interface Kubeconfig {
  readonly clusters: readonly [
    { readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string } },
  ];
  readonly users: readonly [
    { readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string } },
  ];
}

/** Creates L4Balancers on a real API server as dry runs, validated as strictly as by kubectl. */
export class DryRun {
  readonly #url: string;
  readonly #agent: Agent;

  constructor(kubeconfig: string) {
    const config = JSON.parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
    const { cluster } = config.clusters[0];
    const { user } = config.users[0];
    const plain = (base64: string): Buffer => Buffer.from(base64, 'base64');
    this.#url = `${cluster.server}/apis/${API_VERSION}/namespaces/default/${PLURAL}?dryRun=All&fieldValidation=Strict`;
    this.#agent = new Agent({
      keepAlive: true,
      ca: plain(cluster['certificate-authority-data']),
      cert: plain(user['client-certificate-data']),
      key: plain(user['client-key-data']),
    });
  }

  async create(manifest: unknown): Promise<Answer> {
    const { status, body } = await this.#answered(JSON.stringify(manifest));
    const accepted = status === 201;
    const details = body.details as { causes?: Answer['causes'] } | undefined;
    const message = String(body.message);
    const causes = accepted ? [] : (details?.causes ?? [{ field: '', message }]);
    return { accepted, body, causes };
  }

  close(): void {
    this.#agent.destroy();
  }

  /**
   * The API server ends a request after 34 s, which is no verdict on the manifest: the largest ones take
   * seconds of a core, and other tests may have the cores. Throws if it gives up again and again.
   */
  async #answered(body: string): Promise<Response> {
    for (let tried = 1; ; tried++) {
      const response = await this.#post(body);
      if (response.status !== 504) return response;
      if (tried === TRIES)
        throw new Error(`the API server gave up ${TRIES} times: ${String(response.body.message)}`);
    }
  }

  #post(body: string): Promise<Response> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const sent = request(this.#url, { method: 'POST', agent: this.#agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({
            status: response.statusCode,
            body: JSON.parse(Buffer.concat(chunks).toString()) as Loose,
          });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
}
