import { balancer, overview, shownKey, tokenAsked } from '../state/fleet-store.ts';
import { BalancerView } from './balancer-view.tsx';
import { FleetHeader } from './fleet-header.tsx';
import { Overview } from './overview.tsx';
import { TokenForm } from './token-form.tsx';

const Content = () => {
  if (tokenAsked.value !== undefined) return <TokenForm why={tokenAsked.value} />;
  const isOne = shownKey.value !== undefined;
  if (isOne && balancer.value !== undefined) return <BalancerView balancer={balancer.value} />;
  if (!isOne && overview.value !== undefined) return <Overview overview={overview.value} />;
  return <p class="waiting">Waiting for the operator…</p>;
};

/** All balancers, or one of them. */
export const FleetPage = () => (
  <>
    <FleetHeader />
    <main>
      <Content />
    </main>
  </>
);
