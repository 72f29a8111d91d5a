import { type Connection, chosen, connection, type ProxyView, proxies } from '../state/store.ts';
import { clipped, count, duration } from '../words/format.ts';

export const Logo = () => (
  <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
    <path d="M3 16h8M11 16c6 0 5-10 12-10h6M11 16h18M11 16c6 0 5 10 12 10h6" />
    <circle cx="11" cy="16" r="3.5" />
  </svg>
);

const LINK: Record<Connection['state'], string> = {
  Connecting: 'Connecting',
  Live: 'Live',
  Lost: 'Not connected',
};

/** Whether what is shown is of now. */
export const Link = () => {
  const { state } = connection.value;
  return (
    <p class={`link ${state.toLowerCase()}`} role="status">
      {LINK[state]}
    </p>
  );
};

/** What is wrong with the connection, and that the figures are old. */
export const Lost = () => {
  const now = connection.value;
  if (now.state !== 'Lost') return null;
  return (
    <p class="lost" role="alert">
      {now.why} The page connects again by itself; what it shows is of{' '}
      {new Date(now.sinceMs).toLocaleTimeString()}.
    </p>
  );
};

const Choice = () =>
  proxies.value.size < 2 ? null : (
    <label class="choice">
      Proxy{' '}
      <select
        value={chosen.value}
        onChange={({ currentTarget }) => {
          chosen.value = currentTarget.value;
        }}
      >
        {[...proxies.value.keys()].map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );

/** Which proxy this is, whether it serves, and from what. */
export const Header = ({ view }: { readonly view: ProxyView | undefined }) => (
  <header>
    <div class="title">
      <Logo />
      <h1>{view === undefined ? 'L4Balancer' : clipped(view.report.proxy, 80)}</h1>
      {view !== undefined && (
        <span class={`badge ${view.report.summary.ready ? 'good' : 'bad'}`}>
          {view.report.summary.ready ? 'Ready' : 'Not ready'}
        </span>
      )}
      <Choice />
      <Link />
    </div>
    <Lost />
    {view !== undefined && <Facts view={view} />}
  </header>
);

const Facts = ({ view: { report } }: { readonly view: ProxyView }) => {
  const { summary } = report;
  const { source, uptimeMs } = summary;
  return (
    <>
      {summary.notReady !== undefined && <p class="notice bad">{clipped(summary.notReady)}</p>}
      {!source.following && (
        <p class="notice bad">
          The configuration is not followed
          {source.lostForMs !== undefined && ` since ${duration(source.lostForMs)} ago`}:{' '}
          {clipped(source.problem ?? source.code ?? 'no reason was given')} What was read last is served.
        </p>
      )}
      <dl class="facts">
        <div>
          <dt>Configuration</dt>
          <dd>{clipped(source.from, 200)}</dd>
        </div>
        <div>
          <dt>Revision</dt>
          <dd>
            {clipped(summary.revision ?? 'none yet', 24)}, table {count(summary.tableVersion)}
          </dd>
        </div>
        {uptimeMs !== undefined && (
          <div>
            <dt>Running for</dt>
            <dd>{duration(uptimeMs)}</dd>
          </div>
        )}
        <div>
          <dt>Descriptors</dt>
          <dd>
            {count(summary.descriptors.held)} of {count(summary.descriptors.limit)}
          </dd>
        </div>
        <div>
          <dt>Version</dt>
          <dd>{clipped(summary.version, 40)}</dd>
        </div>
      </dl>
    </>
  );
};
