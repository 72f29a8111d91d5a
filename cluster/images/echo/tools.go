package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
)

// runTool serves tests that use `kubectl exec`, since the image has no shell: `echo cat FILE…`, `echo get URL`.
func runTool(arguments []string) {
	switch arguments[0] {
	case "cat":
		for _, path := range arguments[1:] {
			content, err := os.ReadFile(path)
			if err != nil {
				log.Fatal(err)
			}
			os.Stdout.Write(content)
		}
	case "get":
		answer, err := http.Get(arguments[1])
		if err != nil {
			log.Fatal(err)
		}
		defer answer.Body.Close()
		if _, err := io.Copy(os.Stdout, answer.Body); err != nil {
			log.Fatal(err)
		}
	default:
		fmt.Fprintln(os.Stderr, "usage: echo [cat FILE… | get URL]")
		os.Exit(2)
	}
}
