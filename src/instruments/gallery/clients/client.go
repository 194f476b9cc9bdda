package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
)

func main() {
	pem, err := os.ReadFile("ca.crt")
	if err != nil {
		log.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	settings := &tls.Config{RootCAs: roots, ServerName: "NAME"}
	if _, err := os.Stat("own.crt"); err == nil {
		own, err := tls.LoadX509KeyPair("own.crt", "own.key")
		if err != nil {
			log.Fatal(err)
		}
		// With Certificates instead, Go sends nothing to a server that names other CAs.
		settings.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return &own, nil
		}
	}
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, "ADDRESS")
	}
	client := http.Client{Transport: &http.Transport{TLSClientConfig: settings, DialContext: dial}}
	response, err := client.Get("https://NAME/")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(response.Status)
}
