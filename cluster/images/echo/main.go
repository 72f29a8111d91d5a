// Command echo is the backend of the end-to-end tests. It responds with its own name, and fails or delays on request.
//
// It is written in Go, unlike the rest, for the sake of the image: a static binary of a few megabytes without a base image
// loads at once and starts in milliseconds, so that dozens of them fit on a small machine.
//
//	:8080  HTTP      any path: 200, "<name>\n"; ?wait=500ms delays the response; ?bytes=N sends N bytes instead
//	                 /health: 200, or 503 after POST /health/fail, until POST /health/pass
//	                 /connections: how many connections are open on all ports
//	:7000  echo      sends back what it receives; ends its own half when the client has ended the other
//	:7001  greeting  sends "<name>\n" first, then the same as echo
//	:7002  slow      the same as echo, 1 KiB every 10 ms
//
// On SIGTERM it stops accepting at once, responds to requests in flight (and to one more on each idle connection, with
// "Connection: close"), keeps TCP sessions, and exits when all have ended, or after ECHO_GRACE (25s).
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

type server struct {
	name    string
	failing atomic.Bool
	ending  atomic.Bool
	open    atomic.Int64
}

func main() {
	log.SetFlags(0)
	if len(os.Args) > 1 {
		runTool(os.Args[1:])
		return
	}
	name, err := os.Hostname()
	if given := os.Getenv("ECHO_NAME"); given != "" {
		name, err = given, nil
	}
	if err != nil {
		log.Fatal(err)
	}
	grace, err := time.ParseDuration(environment("ECHO_GRACE", "25s"))
	if err != nil {
		log.Fatal("ECHO_GRACE: ", err)
	}
	s := &server{name: name}

	listeners := []net.Listener{
		s.listen("ECHO_HTTP", ":8080"),
		s.listen("ECHO_TCP", ":7000"),
		s.listen("ECHO_GREETING", ":7001"),
		s.listen("ECHO_SLOW", ":7002"),
	}
	web := &http.Server{Handler: http.HandlerFunc(s.answer), ConnState: s.follow, ReadHeaderTimeout: time.Minute}
	go func() {
		if err := web.Serve(listeners[0]); err != nil && !s.ending.Load() {
			log.Fatal(err)
		}
	}()
	go s.accept(listeners[1], echo)
	go s.accept(listeners[2], func(c *net.TCPConn) {
		fmt.Fprintln(c, s.name)
		echo(c)
	})
	go s.accept(listeners[3], slowly)
	log.Printf("%s serves", name)

	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGINT, syscall.SIGTERM)
	<-end
	s.ending.Store(true)
	for _, listener := range listeners {
		listener.Close()
	}
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	for s.open.Load() > 0 && ctx.Err() == nil {
		time.Sleep(10 * time.Millisecond)
	}
	log.Printf("%s ends, %d connections left", name, s.open.Load())
}

func environment(name, otherwise string) string {
	if value, ok := os.LookupEnv(name); ok {
		return value
	}
	return otherwise
}

func (s *server) listen(variable, otherwise string) net.Listener {
	listener, err := net.Listen("tcp", environment(variable, otherwise))
	if err != nil {
		log.Fatal(err)
	}
	return listener
}

func (s *server) follow(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.open.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.open.Add(-1)
	}
}

func (s *server) answer(w http.ResponseWriter, r *http.Request) {
	if wait, err := time.ParseDuration(r.URL.Query().Get("wait")); err == nil {
		time.Sleep(wait)
	}
	w.Header().Set("X-Pod", s.name)
	if s.ending.Load() {
		w.Header().Set("Connection", "close")
	}
	switch r.URL.Path {
	case "/health":
		if s.failing.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	case "/health/fail", "/health/pass":
		s.failing.Store(r.URL.Path == "/health/fail")
	case "/connections":
		fmt.Fprintln(w, s.open.Load())
		return
	}
	if size, err := strconv.ParseInt(r.URL.Query().Get("bytes"), 10, 64); err == nil && size >= 0 {
		w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
		io.CopyN(w, zeros{}, size)
		return
	}
	fmt.Fprintln(w, s.name)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func (s *server) accept(listener net.Listener, serve func(*net.TCPConn)) {
	for {
		c, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			log.Print(err) // possibly no file descriptors left: retry
			time.Sleep(10 * time.Millisecond)
			continue
		}
		s.open.Add(1)
		go func() {
			defer s.open.Add(-1)
			defer c.Close()
			serve(c.(*net.TCPConn))
		}()
	}
}

// echo ends its own half after the peer has ended the other.
func echo(c *net.TCPConn) {
	if _, err := io.Copy(c, c); err == nil {
		c.CloseWrite()
	}
}

func slowly(c *net.TCPConn) {
	buffer := make([]byte, 1024)
	for {
		n, err := c.Read(buffer)
		if n > 0 {
			time.Sleep(10 * time.Millisecond)
			if _, failed := c.Write(buffer[:n]); failed != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
