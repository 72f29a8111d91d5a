/** A file that a program generates and that is committed. */
export interface Generated {
  readonly path: RegExp;
  /** The program, as the header of the file names it. */
  readonly by: string;
}

export const GENERATED: readonly Generated[] = [
  { path: /^crds\/l4balancers\.yaml$/, by: 'crds/generate.ts' },
  { path: /^crds\/REFERENCE\.md$/, by: 'crds/generate.ts' },
  { path: /^report\/REFERENCE\.md$/, by: 'report/generate.ts' },
  { path: /^page\/(status|fleet)-page\.html$/, by: 'page/generate.ts' },
  { path: /^charts\/l4balancer-operator\/files\/(l4balancers|defaults)\.yaml$/, by: 'charts/generate.ts' },
  { path: /^charts\/l4balancer-operator\/files\/alerts\.yaml$/, by: 'charts/generate.ts' },
  { path: /^charts\/l4balancer-operator\/files\/dashboards\/[a-z]+\.json$/, by: 'charts/generate.ts' },
  { path: /^install\.yaml$/, by: 'charts/generate.ts' },
];

export const isGenerated = (path: string): boolean =>
  path === 'package-lock.json' || GENERATED.some((generated) => generated.path.test(path));
