/** What --help prints. */
export const USAGE = `L4Balancer proxy: a multi-core TCP load balancer.

  l4balancer-proxy.js --config FILE          serve the L4Balancer of a manifest file; edits are taken live
  l4balancer-proxy.js                        the same from the environment; see below
  l4balancer-proxy.js --check FILE...        say what is wrong with manifest files (- is stdin); exit 0 when nothing is, else 1
  l4balancer-proxy.js --probe                ask the proxy that runs here whether it is ready; exit 0 when it is, else 1 with why
  l4balancer-proxy.js --set-sysctls NAME=VALUE...   write sysctls of the network namespace it runs in, and end; needs root and a writable /proc/sys
  l4balancer-proxy.js --help | --version

Flag               Environment            Default         Meaning
--config FILE      L4B_CONFIG                             manifest file to serve
                   L4B_NAMESPACE,                         or: the resource to follow in Kubernetes
                   L4B_NAME
--kubeconfig FILE  KUBECONFIG             the pod's own   API server and credentials; --context NAME picks a context of it
--acceptors N      NUM_ACCEPTORS          CPU limit       acceptor threads, 1 to 256
--admin ADDRESS    L4B_ADMIN              :9901           /healthz /readyz /metrics /status; :9901, 127.0.0.1:9901, [::1]:9901
                   LOG_LEVEL              info            error, warn, info or debug
                   RUST_LOG                               the same in the form of the tuning guide; LOG_LEVEL wins
                   L4B_NODE, L4B_ZONE                     where the proxy runs, for Services whose traffic stays near
                   L4B_FILE_DESCRIPTORS   hard limit      file descriptors to ask the kernel for
                   L4B_DRAIN_DELAY        spec.drain      after SIGTERM, time in which new connections are still taken; without
                                                          either 5s in Kubernetes, 0s with a manifest file
                   L4B_GRACE_PERIOD       60s             after SIGTERM, time for open connections to end

A flag wins over the environment, the environment over what a manifest file says under spec.tuning.
Signals: TERM, INT, QUIT and PWR stop in order, and at once when told twice; HUP reads the manifest file anew; others are ignored and logged.
Exit codes: 0 stopped as asked, 1 failed, 2 the settings or the manifest are wrong, 128 and a signal's number told twice to stop.
`;
