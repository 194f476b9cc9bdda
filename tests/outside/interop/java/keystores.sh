openssl pkcs12 -export -in certs/server.crt -inkey certs/server.key -passout pass:changeit -out server.p12
openssl pkcs12 -export -in certs/client.crt -inkey certs/client.key -passout pass:changeit -out client.p12
keytool -importcert -noprompt -alias ca -file certs/ca.crt -storepass changeit -keystore ca.p12
