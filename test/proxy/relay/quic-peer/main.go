// A server and a client of QUIC, for tests of connection IDs. Both are quic-go as it comes.
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/quic-go/quic-go"
)

const protocol = "l4b-test"

// configuration of both sides; the shorter time of silence applies.
func configuration(idle time.Duration, version2 bool) *quic.Config {
	configuration := &quic.Config{MaxIdleTimeout: idle, KeepAlivePeriod: idle / 4}
	if version2 {
		configuration.Versions = []quic.Version{quic.Version2}
	}
	return configuration
}

// serverIDs makes connection IDs of 8 bytes with a server ID behind the first one, as QUIC-LB does.
type serverIDs struct{ id []byte }

func (s serverIDs) GenerateConnectionID() (quic.ConnectionID, error) {
	id := make([]byte, s.ConnectionIDLen())
	if _, err := rand.Read(id); err != nil {
		return quic.ConnectionID{}, err
	}
	copy(id[1:], s.id)
	return quic.ConnectionIDFromBytes(id), nil
}

func (s serverIDs) ConnectionIDLen() int { return 8 }

func main() {
	listen := flag.Bool("listen", false, "serve instead of connecting")
	address := flag.String("address", "127.0.0.1:0", "where to listen, or to connect to")
	name := flag.String("name", "", "the server's name, which it tells its clients first")
	serverID := flag.String("server-id", "", "server ID in the server's connection IDs, in hex")
	retry := flag.Bool("retry", false, "have each client prove its address first")
	version2 := flag.Bool("v2", false, "speak version 2 only")
	idle := flag.Duration("idle", 20*time.Second, "how long a peer may be silent")
	flag.Parse()
	settings := configuration(*idle, *version2)
	run := func() error { return client(*address, settings) }
	if *listen {
		run = func() error { return server(*address, *name, *serverID, *retry, settings) }
	}
	if err := run(); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

// server sends its name on each stream that a client opens, and then all that comes back to it.
func server(address, name, serverID string, retry bool, settings *quic.Config) error {
	certificate, err := selfSigned()
	if err != nil {
		return err
	}
	socket, err := net.ListenPacket("udp", address)
	if err != nil {
		return err
	}
	transport := &quic.Transport{Conn: socket, VerifySourceAddress: func(net.Addr) bool { return retry }}
	if id, _ := hex.DecodeString(serverID); len(id) > 0 {
		transport.ConnectionIDGenerator = serverIDs{id}
	}
	listener, err := transport.Listen(
		&tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{protocol}}, settings)
	if err != nil {
		return err
	}
	fmt.Println("listening", socket.LocalAddr().(*net.UDPAddr).Port)
	for {
		connection, err := listener.Accept(context.Background())
		if err != nil {
			return err
		}
		go func() {
			for {
				stream, err := connection.AcceptStream(context.Background())
				if err != nil {
					return
				}
				go func() {
					fmt.Fprintln(stream, name)
					io.Copy(stream, stream)
					stream.Close()
				}()
			}
		}()
	}
}

func selfSigned() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}

// client connects, and does what lines of its standard input say: `send BYTES` sends so many, and expects
// them back; `migrate` continues from another port; `probe` only tries one. It answers each with a line.
func client(address string, settings *quic.Config) error {
	peer, err := net.ResolveUDPAddr("udp", address)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	first, err := open()
	if err != nil {
		return err
	}
	insecure := &tls.Config{InsecureSkipVerify: true, NextProtos: []string{protocol}}
	connection, err := first.Dial(ctx, peer, insecure, settings)
	if err != nil {
		return err
	}
	<-connection.HandshakeComplete()
	fmt.Println("connected")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		command, argument, _ := strings.Cut(lines.Text(), " ")
		switch command {
		case "send":
			count, err := strconv.Atoi(argument)
			if err != nil {
				return err
			}
			name, err := exchange(connection, count)
			if err != nil {
				return err
			}
			fmt.Println("server", name)
		case "migrate":
			path, err := probe(connection, 10*time.Second)
			if err != nil {
				return err
			}
			if err := path.Switch(); err != nil {
				return err
			}
			fmt.Println("migrated")
		case "probe":
			if _, err := probe(connection, settings.MaxIdleTimeout/2); err != nil {
				fmt.Println("no path:", err)
			} else {
				fmt.Println("path")
			}
		default:
			return fmt.Errorf("unknown command %q", command)
		}
	}
	return connection.CloseWithError(0, "")
}

func open() (*quic.Transport, error) {
	socket, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	return &quic.Transport{Conn: socket}, nil
}

// probe finds out whether the server can be reached from another port.
func probe(connection *quic.Conn, within time.Duration) (*quic.Path, error) {
	next, err := open()
	if err != nil {
		return nil, err
	}
	path, err := connection.AddPath(next)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	return path, path.Probe(ctx)
}

// exchange sends random bytes on a stream of their own, and returns the name of the server that sent them back.
func exchange(connection *quic.Conn, count int) (string, error) {
	stream, err := connection.OpenStreamSync(context.Background())
	if err != nil {
		return "", err
	}
	data := make([]byte, count)
	if _, err := rand.Read(data); err != nil {
		return "", err
	}
	sent := make(chan error, 1)
	go func() {
		_, err := stream.Write(data)
		stream.Close()
		sent <- err
	}()
	reader := bufio.NewReader(stream)
	name, err := reader.ReadString('\n')
	if err != nil {
		return "", err
	}
	back, err := io.ReadAll(reader)
	if err != nil {
		return "", err
	}
	if err := <-sent; err != nil {
		return "", err
	}
	if !bytes.Equal(back, data) {
		return "", fmt.Errorf("of %d bytes, %d came back, or others", count, len(back))
	}
	return strings.TrimSpace(name), nil
}
