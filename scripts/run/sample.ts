import { join } from 'node:path';
import { REPOSITORY } from '../../tooling/process/folders.ts';

/** The sample's L4Balancer. */
export const SAMPLE_FILE = join(REPOSITORY, 'scripts', 'run', 'edge.yaml');
