// Command dns is the backend of the end-to-end tests of UDP: a DNS server at port 5353, over UDP and TCP. It answers every
// question for TXT records with its own name. Over UDP, names that begin with "long." are answered with the flag TC, so
// that clients ask again over TCP.
package main

import (
	"encoding/binary"
	"errors"
	"io"
	"log"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

const (
	address     = ":5353"
	headerBytes = 12
	typeTXT     = 16
	// Of the header's second word: a response, authoritative, truncated, and the bit that is copied from the question.
	response, authoritative, truncated, wantsRecursion = 1 << 15, 1 << 10, 1 << 9, 1 << 8
)

var errMalformed = errors.New("malformed question")

func main() {
	log.SetFlags(0)
	name, err := os.Hostname()
	if err != nil {
		log.Fatal(err)
	}
	datagrams, err := net.ListenPacket("udp", address)
	if err != nil {
		log.Fatal(err)
	}
	streams, err := net.Listen("tcp", address)
	if err != nil {
		log.Fatal(err)
	}
	go serveDatagrams(datagrams, name)
	go serveStreams(streams, name)
	log.Printf("%s serves", name)
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGINT, syscall.SIGTERM)
	<-end
}

func serveDatagrams(socket net.PacketConn, name string) {
	buffer := make([]byte, 4096)
	for {
		length, from, err := socket.ReadFrom(buffer)
		if err != nil {
			log.Fatal(err)
		}
		if answer, err := answerTo(buffer[:length], name, true); err == nil {
			socket.WriteTo(answer, from)
		}
	}
}

func serveStreams(listener net.Listener, name string) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go serveStream(connection, name)
	}
}

func serveStream(connection net.Conn, name string) {
	defer connection.Close()
	for {
		length := make([]byte, 2)
		if _, err := io.ReadFull(connection, length); err != nil {
			return
		}
		question := make([]byte, binary.BigEndian.Uint16(length))
		if _, err := io.ReadFull(connection, question); err != nil {
			return
		}
		answer, err := answerTo(question, name, false)
		if err != nil {
			return
		}
		binary.BigEndian.PutUint16(length, uint16(len(answer)))
		if _, err := connection.Write(append(length, answer...)); err != nil {
			return
		}
	}
}

// answerTo answers a message with one question; what follows the question, such as EDNS, is ignored.
func answerTo(message []byte, name string, isDatagram bool) ([]byte, error) {
	if len(message) < headerBytes || binary.BigEndian.Uint16(message[4:]) != 1 {
		return nil, errMalformed
	}
	asked, end, err := nameAt(message, headerBytes)
	if err != nil || len(message) < end+4 {
		return nil, errMalformed
	}
	flags := uint16(response|authoritative) | binary.BigEndian.Uint16(message[2:])&wantsRecursion
	isTruncated := isDatagram && strings.HasPrefix(asked, "long.")
	isTXT := binary.BigEndian.Uint16(message[end:]) == typeTXT
	answer := append([]byte{}, message[:end+4]...)
	clear(answer[4:headerBytes])
	answer[5] = 1 // the question
	if isTruncated {
		flags |= truncated
	} else if isTXT {
		answer[7] = 1 // one answer: the name as above, TXT, IN, no time to live, the text with its length
		answer = append(answer, 0xc0, headerBytes, 0, typeTXT, 0, 1, 0, 0, 0, 0, 0, byte(len(name)+1), byte(len(name)))
		answer = append(answer, name...)
	}
	binary.BigEndian.PutUint16(answer[2:], flags)
	return answer, nil
}

// nameAt reads the name at an offset, and returns the offset after it. A question has no compressed name.
func nameAt(message []byte, at int) (string, int, error) {
	name := ""
	for at < len(message) {
		length := int(message[at])
		at++
		if length == 0 {
			return name, at, nil
		}
		if length > 63 || at+length > len(message) {
			break
		}
		name += string(message[at:at+length]) + "."
		at += length
	}
	return "", 0, errMalformed
}
