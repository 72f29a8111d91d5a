import { spawn } from 'node:child_process';

/** What opens a URL, by the name of the system. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, string>>> = { darwin: 'open', linux: 'xdg-open' };

/** Opens a URL in a browser, if this machine has a screen and a program that does; whatever becomes of it. */
export const openBrowser = (url: string, env: Readonly<Record<string, string | undefined>>): void => {
  const opener = OPENERS[process.platform];
  const hasScreen = process.platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
  if (opener === undefined || !hasScreen) return;
  const child = spawn(opener, [url], { stdio: 'ignore', detached: true });
  // There is none; the URL is printed in any case.
  child.on('error', () => undefined);
  child.unref();
};
