/** What an executable is made for. */
export interface Platform {
  /** As Node calls the processor. */
  readonly cpu: 'x64' | 'arm64';
  /** As Go calls it, and so do kubectl, krew and the names of archives. */
  readonly arch: 'amd64' | 'arm64';
}

/** An executable for macOS would have to be signed there, so that npm is the way for it and for Windows. */
export const PLATFORMS: readonly Platform[] = [
  { cpu: 'x64', arch: 'amd64' },
  { cpu: 'arm64', arch: 'arm64' },
];
