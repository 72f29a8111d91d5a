module l4balancer.test/echo

go 1.22
