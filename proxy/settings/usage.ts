/** The text that --help prints. */
export const USAGE = `L4Balancer proxy: a multi-core load balancer for TCP and UDP.

  l4balancer-proxy.js --config FILE          serve the L4Balancer in a manifest file; edits take effect at once
  l4balancer-proxy.js                        the same, configured by the environment; see below
  l4balancer-proxy.js --check FILE...        validate manifest files (- is stdin) and their lists; exit 0 if valid, else 1
  l4balancer-proxy.js --probe                check if the proxy that runs here is ready; exit 0 if it is, else 1 with the reason
  l4balancer-proxy.js --set-sysctls NAME=VALUE...   write sysctls of its own network namespace and exit; needs root and a writable /proc/sys
  l4balancer-proxy.js --help | --version

Flag               Environment            Default         Meaning
--config FILE      L4B_CONFIG                             manifest file to serve
                   L4B_NAMESPACE,                         or: the resource to serve in Kubernetes
                   L4B_NAME
--kubeconfig FILE  KUBECONFIG             the pod's own   API server and credentials; --context NAME selects a context
--acceptors N      NUM_ACCEPTORS          CPU limit       acceptor threads, 1 to 256
--admin ADDRESS    L4B_ADMIN              :9901           the status page, /healthz, /readyz, /metrics and /status; or 127.0.0.1:9901, [::1]:9901
                   LOG_LEVEL              info            error, warn, info or debug
                   RUST_LOG                               the same in the syntax of the tuning guide; LOG_LEVEL takes precedence
                   L4B_POD                HOSTNAME        the pod that the proxy runs in, for limits with scope Cluster
                   L4B_NODE, L4B_ZONE                     where the proxy runs, for Services with topology-aware routing
                   L4B_FILE_DESCRIPTORS   hard limit      file descriptor limit to set
                   L4B_DRAIN_DELAY        spec.drain      how long new connections are accepted after SIGTERM; the default without
                                                          spec.drain.delay is 5s in Kubernetes, 0s with a manifest file
                   L4B_GRACE_PERIOD       60s             how long open connections may last after SIGTERM

A flag takes precedence over the environment, and the environment over spec.tuning of a manifest file.
Signals: TERM, INT, QUIT and PWR stop it gracefully, a second one at once; HUP reloads the manifest file; others are ignored and logged.
Exit codes: 0 stopped gracefully, 1 failed, 2 invalid settings or manifest, 128 + signal number after a second signal to stop.
`;
