import { BALANCER } from './dashboards/balancer.ts';
import { FLEET } from './dashboards/fleet.ts';
import { OPERATOR } from './dashboards/operator.ts';
import type { Dashboard } from './panel.ts';

export const DASHBOARDS: readonly Dashboard[] = [FLEET, BALANCER, OPERATOR];
