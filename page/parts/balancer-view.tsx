import type { FleetBalancer } from '../../report/fleet.ts';
import { chosen, type ProxyView, proxies } from '../state/store.ts';
import { clipped, count } from '../words/format.ts';
import { joinHistories } from '../words/join-histories.ts';
import { joinReports } from '../words/join-reports.ts';
import { Acceptors } from './acceptors.tsx';
import { Backends } from './backends.tsx';
import { Certificates } from './certificates.tsx';
import { Charts } from './charts.tsx';
import { Endings } from './endings.tsx';
import { Findings } from './findings.tsx';
import { Flow } from './flow.tsx';
import { Listeners } from './listeners.tsx';
import { Problems } from './problems.tsx';
import { ReplicaChoice, Replicas } from './replicas.tsx';
import { Search } from './search.tsx';
import { Section } from './section.tsx';
import { Tuning } from './tuning.tsx';

/** The chosen replica, or all that have sent figures as if they were one. */
const viewed = (pods: readonly string[]): ProxyView | undefined => {
  if (chosen.value !== undefined) return proxies.value.get(chosen.value);
  const views = pods.flatMap((pod) => {
    const view = proxies.value.get(pod);
    return view === undefined ? [] : [{ pod, ...view }];
  });
  const report = joinReports(views);
  return report && { report, history: joinHistories(views.map(({ history }) => history)) };
};

const Facts = ({ balancer }: { readonly balancer: FleetBalancer }) => {
  const { row, generation, revision, addresses } = balancer;
  return (
    <dl class="facts">
      {addresses.length > 0 && (
        <div>
          <dt>Addresses</dt>
          <dd>{clipped(addresses.join(', '), 300)}</dd>
        </div>
      )}
      <div>
        <dt>Replicas</dt>
        <dd>
          {count(row?.readyReplicas ?? 0)} of {count(row?.wantedReplicas ?? 0)} ready
        </dd>
      </div>
      {row?.capacity !== undefined && (
        <div>
          <dt>Capacity</dt>
          <dd>{count(row.capacity)} connections</dd>
        </div>
      )}
      <div>
        <dt>Generation</dt>
        <dd>{count(generation)}</dd>
      </div>
      {revision !== '' && (
        <div>
          <dt>Pods of revision</dt>
          <dd>{clipped(revision, 40)}</dd>
        </div>
      )}
    </dl>
  );
};

/** One balancer: the parts of a proxy's page, joined over its replicas. */
export const BalancerView = ({ balancer }: { readonly balancer: FleetBalancer }) => {
  const { row, problems, replicas, moreReplicas } = balancer;
  if (row === undefined)
    return <p class="waiting">There is no such L4Balancer, or the operator does not know it yet.</p>;
  const view = viewed(replicas.map(({ pod }) => pod));
  // What replicas say now is newer than the status, which has it from them.
  const said = new Set<string>(view?.report.summary.findings.map(({ code }) => code));
  const others = problems.filter(({ reason }) => !said.has(reason));
  return (
    <>
      <div class="under">
        <Facts balancer={balancer} />
        {replicas.length > 1 && <ReplicaChoice replicas={replicas} />}
      </div>
      {others.length > 0 && (
        <Section id="status" title="What its status says" note={count(others.length)}>
          <Problems problems={others} />
        </Section>
      )}
      {view === undefined ? (
        <>
          <p class="waiting">No replica has sent figures yet.</p>
          <Replicas replicas={replicas} more={moreReplicas} />
        </>
      ) : (
        <>
          <Findings report={view.report} />
          <Charts view={view} />
          <Flow report={view.report} />
          <Replicas replicas={replicas} more={moreReplicas} />
          <Search />
          <Listeners view={view} />
          <Backends view={view} />
          {chosen.value === undefined ? (
            <Endings report={view.report} />
          ) : (
            <div class="columns">
              <Endings report={view.report} />
              <Acceptors report={view.report} />
            </div>
          )}
          <Certificates report={view.report} />
          <Tuning report={view.report} />
        </>
      )}
    </>
  );
};
