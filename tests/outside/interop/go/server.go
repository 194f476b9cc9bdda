package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
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
		Addr: "localhost:3000",
		TLSConfig: &tls.Config{
			ClientCAs:  ca, // the CA that signed the clients
			ClientAuth: tls.RequireAndVerifyClientCert,
		},
		Handler: http.HandlerFunc(hello),
	}
	log.Fatal(server.ListenAndServeTLS("certs/server.crt", "certs/server.key"))
}

func hello(w http.ResponseWriter, r *http.Request) {
	client := "nobody"
	if chains := r.TLS.VerifiedChains; len(chains) > 0 {
		client = chains[0][0].URIs[0].String()
	}
	w.Header().Set("Content-Type", "text/plain")
	fmt.Fprintf(w, "Hello World, %s\n", client)
}
