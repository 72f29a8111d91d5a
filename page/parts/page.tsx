import { shown } from '../state/store.ts';
import { Acceptors } from './acceptors.tsx';
import { Backends } from './backends.tsx';
import { Certificates } from './certificates.tsx';
import { Charts } from './charts.tsx';
import { Endings } from './endings.tsx';
import { Findings } from './findings.tsx';
import { Flow } from './flow.tsx';
import { Header } from './header.tsx';
import { Listeners } from './listeners.tsx';
import { Search } from './search.tsx';
import { Tuning } from './tuning.tsx';

/** The whole page: first what needs attention, then what happens, then everything by name. */
export const Page = () => {
  const view = shown();
  return (
    <>
      <Header view={view} />
      <main>
        {view === undefined ? (
          <p class="waiting">Waiting for the first figures of the proxy…</p>
        ) : (
          <>
            <Findings report={view.report} />
            <Charts view={view} />
            <Flow report={view.report} />
            <Search />
            <Listeners view={view} />
            <Backends view={view} />
            <div class="columns">
              <Endings report={view.report} />
              <Acceptors report={view.report} />
            </div>
            <Certificates report={view.report} />
            <Tuning report={view.report} />
          </>
        )}
      </main>
    </>
  );
};
