const read = require('fs').readFileSync
const lookup = (_, {all}, found) => {
  const here = {address: 'HOST', family: FAMILY}
  all ? found(null, [here]) : found(null, here.address, here.family)
}
const options = {
  host: 'NAME', port: PORT, lookup,
  ca: read('ca.crt'),OPTIONS
}
const fails = error => console.log(error.code, error.message)
const visit = more => require('SCHEME').get(options, answer => {
  console.log(answer.statusCode)
  answer.resume().on('error', fails).on('end', () => more && setImmediate(visit, more - 1))
}).on('error', fails)
try { visit(VISITS - 1) } catch (error) { fails(error) }
