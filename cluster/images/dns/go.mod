module l4balancer.test/dns

go 1.22
