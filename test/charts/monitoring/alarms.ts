import assert from 'node:assert/strict';
import type { ALERTS } from '../../../charts/monitoring/all-alerts.ts';
import { until } from '../../../tooling/wait/until.ts';
import type { FiringAlert, Prometheus } from './prometheus.ts';

export type AlertName = (typeof ALERTS)[number]['name'];

/** Several of the programs' own times add up: polls of the operator, backoffs, scrapes. */
export const WITHIN_MS = 180_000;

const namesOf = (alerts: readonly FiringAlert[]): readonly string[] =>
  alerts.map(({ labels }) => `${labels.alertname} ${labels.listener ?? labels.name ?? ''}`.trim());

const alertWith =
  (name: AlertName, wanted: Readonly<Record<string, string>>) =>
  ({ labels }: FiringAlert): boolean =>
    labels.alertname === name && Object.entries(wanted).every(([label, value]) => labels[label] === value);

/** The alerts of one Prometheus, waited for. */
export class Alarms {
  #prometheus: Prometheus;
  /** Every alert that was seen, with its texts. */
  readonly seen = new Map<string, FiringAlert>();

  constructor(prometheus: Prometheus) {
    this.#prometheus = prometheus;
  }

  async #firing(): Promise<readonly FiringAlert[]> {
    const all = (await this.#prometheus.alerts()).filter(({ state }) => state === 'firing');
    for (const alert of all) this.seen.set(alert.labels.alertname ?? '', alert);
    return all;
  }

  #waitFor<T>(
    what: string,
    check: (firing: readonly FiringAlert[]) => T,
  ): Promise<Exclude<T, false | undefined>> {
    return until(what, async () => check(await this.#firing()), {
      withinMs: WITHIN_MS,
      seen: async () => namesOf(await this.#firing()),
    });
  }

  /** Waits until it fires with all of these labels. */
  fires(name: AlertName, labels: Readonly<Record<string, string>> = {}): Promise<FiringAlert> {
    return this.#waitFor(`${name} fires`, (firing) => firing.find(alertWith(name, labels)));
  }

  /** Waits until none of these fires, whatever its labels. */
  async stop(...names: readonly AlertName[]): Promise<void> {
    const isOne = ({ labels }: FiringAlert) => (names as readonly string[]).includes(labels.alertname ?? '');
    await this.#waitFor(`${names} stop`, (firing) => !firing.some(isOne));
  }

  /** Waits until it does not fire with all of these labels. */
  async stopFor(name: AlertName, labels: Readonly<Record<string, string>>): Promise<void> {
    const isOne = alertWith(name, labels);
    await this.#waitFor(`${name} stops for ${Object.values(labels)}`, (firing) => !firing.some(isOne));
  }

  /** Waits until no alert fires but those that are only facts. */
  async untilQuiet(): Promise<void> {
    await this.#waitFor('no alert fires', (firing) =>
      firing.every(({ labels }) => labels.severity === 'info'),
    );
  }

  /** Fails if a text of an alert that was seen lacks a value. */
  assertWholeTexts(): void {
    for (const { annotations } of this.seen.values())
      for (const text of Object.values(annotations))
        assert.doesNotMatch(text, /<no value>|<error|\$|\{\{/, text);
  }
}
