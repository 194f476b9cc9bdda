const { createServer } = require('node:https')
const { readFileSync } = require('node:fs')

const options = {
  cert: readFileSync('certs/server.crt'),
  key: readFileSync('certs/server.key'),
  ca: readFileSync('certs/ca.crt'), // the CA that signed the clients
  requestCert: true,
  rejectUnauthorized: true, // false: optional; then only `authorized` tells
}

const server = createServer(options, (request, response) => {
  const { authorized } = request.socket
  const client = authorized ? request.socket.getPeerCertificate().subjectaltname : 'nobody'
  response.setHeader('Content-Type', 'text/plain')
  response.end(`Hello World, ${client}\n`)
})
server.on('tlsClientError', error => console.error(error.message))
server.listen(3000, 'localhost')
