module l4balancer.dev/tls-client

go 1.24
