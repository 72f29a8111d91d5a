import type { Picture } from '../picture/picture.ts';
import { backendLines } from './backend-table.ts';
import { certificateLines } from './certificate-table.ts';
import { endLines } from './end-lines.ts';
import { findingLines } from './finding-lines.ts';
import { headingLines, type PrintOptions } from './heading.ts';
import { historyLines } from './history-table.ts';
import { listenerLines } from './listener-table.ts';
import { replicaLines } from './replica-table.ts';
import { shareLines } from './share-table.ts';
import { tuningLines } from './tuning-table.ts';

/** One balancer, from what matters most to what is rarely needed. */
export const oneScreen = (picture: Picture, options: PrintOptions): readonly string[] => [
  ...headingLines(picture, options),
  '',
  ...listenerLines(picture, options),
  ...backendLines(picture, options),
  ...replicaLines(picture, options),
  ...endLines(picture, options),
  ...findingLines(picture, options),
  ...certificateLines(picture, options),
  ...shareLines(picture, options),
  ...tuningLines(picture, options),
  ...historyLines(picture, options),
];
