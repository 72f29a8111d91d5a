import { render } from 'preact';
import { Page } from './parts/page.tsx';
import { listen } from './state/listen.ts';

const root = document.getElementById('page');
if (root !== null) render(<Page />, root);
listen();
