// Node, as in the tutorial that this project implements.
const https = require('https')
const fs = require('fs')
const options = {
  ca: fs.readFileSync('certs/ca.crt'),
  cert: fs.readFileSync('certs/server.crt'),
  key: fs.readFileSync('certs/server.key'),
  rejectUnauthorized: true,
  requestCert: true,
}
const server = https.createServer(options, (req, res) => {
  res.statusCode = 200
  res.setHeader('Content-Type', 'text/plain')
  res.end('Hello World')
})
server.keepAliveTimeout = 60000
server.listen(@PORT@, '127.0.0.1')
