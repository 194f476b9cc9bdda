const { get } = require('node:https')
const { readFileSync } = require('node:fs')

const options = {
  ca: readFileSync('certs/ca.crt'),
  cert: readFileSync('certs/client.crt'),
  key: readFileSync('certs/client.key'),
}

get('https://localhost:3000/', options, response => {
  console.log(response.statusCode)
  response.pipe(process.stdout)
}).on('error', error => console.error(error.code, error.message))
