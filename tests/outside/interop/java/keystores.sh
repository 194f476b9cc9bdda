cd certs
openssl pkcs12 -export -in server.crt -inkey server.key -passout pass:changeit -out ../server.p12
openssl pkcs12 -export -in client.crt -inkey client.key -passout pass:changeit -out ../client.p12
keytool -importcert -noprompt -alias ca -file ca.crt -storepass changeit -keystore ../ca.p12
