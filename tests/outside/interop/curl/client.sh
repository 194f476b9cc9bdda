curl --cacert certs/ca.crt --cert certs/client.crt --key certs/client.key https://localhost:3000/
