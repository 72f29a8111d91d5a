// A client of TLS with crypto/tls: connects twice, sends a line each time, and prints what it sees.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"os"
	"strings"
)

func main() {
	address := flag.String("address", "", "host and port to connect to")
	name := flag.String("name", "", "server name to ask for and to verify")
	authority := flag.String("ca", "", "file of the authority")
	certificate := flag.String("cert", "", "file of the client certificate, if any")
	key := flag.String("key", "", "file of its key")
	bytes := flag.Int("bytes", 0, "how much to send before the line")
	version := flag.String("version", "1.3", "version of TLS")
	flag.Parse()

	roots := x509.NewCertPool()
	pem, err := os.ReadFile(*authority)
	check(err)
	roots.AppendCertsFromPEM(pem)
	versions := map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}
	config := &tls.Config{
		ServerName:         *name,
		RootCAs:            roots,
		MinVersion:         versions[*version],
		MaxVersion:         versions[*version],
		NextProtos:         []string{"h2", "http/1.1"},
		ClientSessionCache: tls.NewLRUClientSessionCache(1),
	}
	if *certificate != "" {
		pair, err := tls.LoadX509KeyPair(*certificate, *key)
		check(err)
		config.Certificates = []tls.Certificate{pair}
	}
	for i := 0; i < 2; i++ {
		connection, err := tls.Dial("tcp", *address, config)
		check(err)
		_, err = fmt.Fprintln(connection, strings.Repeat("x", *bytes)+"hello")
		check(err)
		line, err := bufio.NewReader(connection).ReadString('\n')
		check(err)
		state := connection.ConnectionState()
		fmt.Printf("%s %s resumed=%v %s", tls.VersionName(state.Version), state.NegotiatedProtocol, state.DidResume, line)
		check(connection.Close())
	}
}

func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
