/**
 * `critical`: clients are affected, or will be soon; somebody is woken. `warning`: it can wait until the
 * morning. `info`: a fact, for a list.
 */
export type Severity = 'critical' | 'warning' | 'info';

/** An alert, and its section in docs/troubleshooting.md. */
export interface Alert {
  readonly name: `L4Balancer${string}`;
  readonly severity: Severity;
  /** For how long the expression must hold, such as `5m`. */
  readonly for: string;
  readonly expr: string;
  /** A title; Prometheus replaces `{{ $labels.… }}`. */
  readonly summary: string;
  /** One sentence: what happened, and what to do. */
  readonly description: string;
  /** For the page: what it means, how to see it, what to do. Each is a paragraph in Markdown. */
  readonly meaning: string;
  readonly look: string;
  readonly remedy: string;
}

/** Where the section of an alert begins. */
export const anchorOf = ({ name }: Pick<Alert, 'name'>): string => name.toLowerCase();
