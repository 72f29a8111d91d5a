import type { Share } from '../../../crds/limit-shares.ts';
import { planShares } from '../../../operator/shares/plan-shares.ts';
import type { Replica } from '../../../operator/shares/share.ts';
import type { Random } from '../../crds/random.ts';

/** A proxy: it reads shares late, and refuses clients beyond the one it has read last. */
interface Proxy {
  readonly name: string;
  isReady: boolean;
  /** Index of the recorded state that it has read last. */
  read: number;
  share: number;
  version: number;
  open: number;
  refusedTotal: number;
  /** Clients that would like to be connected. */
  demand: number;
}

interface Report {
  readonly name: string;
  readonly version: number;
  readonly held: number;
  readonly used: number;
  readonly refusedTotal: number;
}

/** An operator that believes to be the leader; what it knows may be old. */
interface Operator {
  seen: number;
  reports: Map<string, Report & { readonly refused: number }>;
}

/** Proxies, operators and the recorded shares, with everything between them delayed, lost or out of order. */
export class Simulation {
  limit: number;
  /** What a share must have to admit anybody. */
  readonly least: number;
  /** Whether what is used outlasts a share: connections stay open, those of a second ago are no rate. */
  readonly holds: boolean;
  readonly random: Random;
  /** Everything ever recorded; the API server refuses a write that is not based on the last one. */
  readonly recorded: (readonly Share[] | undefined)[] = [undefined];
  readonly proxies = new Map<string, Proxy>();
  #created = 0;
  #operators: Operator[] = [{ seen: 0, reports: new Map() }];
  #underWay: { readonly to: Operator; readonly report: Report }[] = [];

  constructor(random: Random, limit: number, replicas: number, holds: boolean, least = 0) {
    this.least = least;
    this.random = random;
    this.holds = holds;
    this.limit = limit;
    this.operate(0);
    for (let i = 0; i < replicas; i++) this.create();
  }

  get open(): number {
    return this.#sum(({ open }) => open);
  }

  get inForce(): number {
    return this.#sum(({ share, open }) => Math.max(share, open));
  }

  get demand(): number {
    return this.#sum(({ demand }) => demand);
  }

  get writes(): number {
    return this.recorded.length;
  }

  create(): void {
    const name = `edge-${++this.#created}`;
    this.proxies.set(name, {
      ...{ name, isReady: false, read: 0, share: 0, version: 0, open: 0, refusedTotal: 0 },
      demand: this.random.integer(0, this.limit),
    });
  }

  /** One thing that may happen at any time. */
  happen(): void {
    const { random } = this;
    const proxy = [...this.proxies.values()][random.integer(0, this.proxies.size - 1)];
    const what = random.integer(0, 99);
    if (what < 2 && this.proxies.size < 7) this.create();
    if (proxy === undefined) return;
    if (what === 2) this.#restart(proxy);
    else if (what === 3) this.proxies.delete(proxy.name);
    else if (what === 4) this.#operators = [{ seen: 0, reports: new Map() }, ...this.#operators].slice(0, 2);
    else if (what < 8) proxy.isReady = !proxy.isReady;
    else if (what < 12) proxy.demand = random.integer(0, this.limit);
    else if (what < 40) this.arrive(proxy, random.integer(1, 1 + this.limit / 4));
    else if (what < 50) proxy.open -= random.integer(0, proxy.open);
    else if (what < 62) this.follow(proxy, random.integer(proxy.read, this.recorded.length - 1));
    else if (what < 75) this.#underWay.push({ to: this.#anyOperator(), report: this.#reportOf(proxy) });
    else if (what < 88) this.#deliver();
    else this.operate(random.integer(0, this.#operators.length - 1));
  }

  #anyOperator(): Operator {
    return this.#operators[this.random.integer(0, this.#operators.length - 1)] as Operator;
  }

  arrive(proxy: Proxy, clients: number): void {
    const usable = proxy.share < this.least ? 0 : proxy.share;
    const admitted = Math.min(clients, Math.max(0, usable - proxy.open));
    proxy.open += admitted;
    proxy.refusedTotal += clients - admitted;
  }

  /** A proxy reads what was recorded at an index, which is never before what it has read already. */
  follow(proxy: Proxy, index: number): void {
    proxy.read = index;
    const own = this.recorded[index]?.find(({ replica }) => replica === proxy.name);
    proxy.share = own?.share ?? 0;
    proxy.version = own?.version ?? 0;
    if (!this.holds) proxy.open = Math.min(proxy.open, proxy.share);
  }

  /** A new process of the same replica begins with the newest of what was recorded. */
  #restart(proxy: Proxy): void {
    Object.assign(proxy, { open: 0, refusedTotal: 0 });
    this.follow(proxy, this.recorded.length - 1);
  }

  #deliver(): void {
    if (this.#underWay.length === 0) return;
    const [{ to, report }] = this.#underWay.splice(this.random.integer(0, this.#underWay.length - 1), 1) as [
      { to: Operator; report: Report },
    ];
    if (this.random.chance(0.8)) this.report(to, report);
  }

  report({ reports }: Operator, report: Report): void {
    const before = reports.get(report.name)?.refusedTotal ?? report.refusedTotal;
    reports.set(report.name, { ...report, refused: Math.max(0, report.refusedTotal - before) });
  }

  /** An operator plans from what it knows, and writes unless somebody else has written since. */
  operate(index: number): void {
    const operator = this.#operators[index] as Operator;
    const before = this.recorded[operator.seen];
    const replicas = [...this.proxies.values()].map(
      ({ name, isReady }): Replica => ({ name, takesClients: isReady, report: operator.reports.get(name) }),
    );
    const next = planShares({
      limit: this.limit,
      least: this.least,
      before,
      replicas,
      firstVersion: 1_000_000,
    });
    if (JSON.stringify(next) !== JSON.stringify(before) && operator.seen === this.recorded.length - 1)
      this.recorded.push(next);
    operator.seen = this.recorded.length - 1;
  }

  /** A second in which nothing is lost: connections end, all who would like to be connected try. */
  calmSecond(): void {
    const [operator] = this.#operators as [Operator];
    this.#operators = [operator];
    this.#underWay = [];
    for (const proxy of this.proxies.values()) {
      proxy.isReady = true;
      this.follow(proxy, this.recorded.length - 1);
      proxy.open -= this.random.integer(0, Math.floor(proxy.open / 10));
      proxy.open = Math.min(proxy.open, proxy.demand);
      this.arrive(proxy, proxy.demand - proxy.open);
      this.report(operator, this.#reportOf(proxy));
    }
    this.operate(0);
  }

  #reportOf({ name, version, open, refusedTotal }: Proxy): Report {
    return { name, version, held: this.holds ? open : 0, used: open, refusedTotal };
  }

  #sum(of: (proxy: Proxy) => number): number {
    return [...this.proxies.values()].reduce((sum, proxy) => sum + of(proxy), 0);
  }
}
