module l4balancer.test/pause

go 1.22
