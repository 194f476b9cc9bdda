package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
)

func main() {
	pem, err := os.ReadFile("certs/ca.crt")
	if err != nil {
		log.Fatal(err)
	}
	ca := x509.NewCertPool()
	ca.AppendCertsFromPEM(pem)

	own, err := tls.LoadX509KeyPair("certs/client.crt", "certs/client.key")
	if err != nil {
		log.Fatal(err)
	}

	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{
		RootCAs:      ca,
		Certificates: []tls.Certificate{own},
	}}}
	response, err := client.Get("https://localhost:3000/")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(response.StatusCode)
	io.Copy(os.Stdout, response.Body)
}
