// Go, with the settings of docs/servers.md: net/http and crypto/tls, and nothing else.
package main

import (
	"crypto/tls"
	"crypto/x509"
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
	server := http.Server{
		Addr: "127.0.0.1:" + os.Args[1],
		TLSConfig: &tls.Config{
			ClientCAs:  ca,
			ClientAuth: tls.RequireAndVerifyClientCert,
		},
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			w.Write([]byte("Hello World\n"))
		}),
	}
	log.Fatal(server.ListenAndServeTLS("certs/server.crt", "certs/server.key"))
}
