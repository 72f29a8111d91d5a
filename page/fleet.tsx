import { render } from 'preact';
import { FleetPage } from './parts/fleet-page.tsx';
import { listenToFleet } from './state/fleet-listen.ts';

const root = document.getElementById('page');
if (root !== null) render(<FleetPage />, root);
listenToFleet();
