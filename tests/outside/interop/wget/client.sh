wget -O - --tries=1 --ca-certificate=certs/ca.crt --certificate=certs/client.crt --private-key=certs/client.key https://localhost:3000/
