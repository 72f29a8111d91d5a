import { finish } from './murmur3.ts';
import type { Candidate, Picker } from './picker.ts';

const RANGE = 2 ** 32;

/**
 * Weighted rendezvous hashing (Thaler and Ravishankar 1998; weights by logarithms, Schindelhauer and
 * Schomaker 2005): each endpoint draws a number h between 0 and 1 from its own name and the client's, and the
 * lowest -ln(h) / weight wins. When an endpoint is removed, only its own clients move, each to the endpoint
 * that was its second choice. The cost is proportional to the number of endpoints.
 */
export const pickSourceHash: Picker = ({ candidates, seeds }, avoid, key) => {
  let best = -1;
  let lowest = Number.POSITIVE_INFINITY;
  for (let index = 0; index < candidates.length; index++) {
    const { slot, weight } = candidates[index] as Candidate;
    const hash = finish(finish(key ^ (seeds[index * 2] as number)) ^ (seeds[index * 2 + 1] as number));
    const drawn = (hash + 0.5) / RANGE;
    // Logarithms are expensive, and -ln(h) is never below 1 - h, so most endpoints need none.
    if ((1 - drawn) / weight >= lowest) continue;
    const cost = -Math.log(drawn) / weight;
    if (cost >= lowest || avoid.has(slot)) continue;
    best = index;
    lowest = cost;
  }
  return best;
};
