/** A query of Prometheus, and how its series are named in the legend. */
export interface Query {
  readonly expr: string;
  /** `{{label}}` is replaced by Grafana. */
  readonly legend: string;
}

/** Units as Grafana calls them. */
export type Unit =
  | 'short'
  | 's'
  | 'bytes'
  | 'Bps'
  | 'percentunit'
  | 'cps'
  | 'reqps'
  | 'pps'
  | 'none'
  | 'dateTimeFromNow';

/** One picture of a dashboard. */
export interface Panel {
  readonly title: string;
  /** What it shows, and what is normal; appears at the title. */
  readonly about: string;
  readonly kind: 'timeseries' | 'stat' | 'table';
  readonly unit: Unit;
  /** In twenty-fourths of the width of the page. */
  readonly width: 4 | 6 | 8 | 12 | 24;
  readonly queries: readonly [Query, ...Query[]];
  /** What to say where there is nothing to show, because there is no trouble of this kind. */
  readonly whenEmpty?: string;
  /** From this value on, a `stat` is red. */
  readonly redFrom?: number;
  /** Below this value, a `stat` is red. */
  readonly redBelow?: number;
  /** A `stat` says the name of a single series, too; by default, only those of several have names. */
  readonly isNamed?: boolean;
  /** Areas are put on top of each other. */
  readonly isStacked?: boolean;
}

/** Panels under a heading. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** A choice at the top of a dashboard. */
export interface Variable {
  readonly name: string;
  readonly label: string;
  /** The values are those of this label, of the series of this selector. */
  readonly ofLabel: string;
  readonly series: string;
  /** Whether several values, or all, may be chosen at once. */
  readonly isMultiple: boolean;
}

export interface Dashboard {
  /** Part of its address in Grafana, and of the name of its file. */
  readonly uid: `l4balancer-${string}`;
  readonly title: string;
  readonly about: string;
  readonly variables: readonly Variable[];
  readonly rows: readonly Row[];
}
